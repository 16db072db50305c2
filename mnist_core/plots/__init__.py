"""Plain data -> Plotly figures. Knows neither Keras nor Streamlit."""
