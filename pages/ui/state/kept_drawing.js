// Keeps the drawing in the tab for a reload, and sends it to a visit that has none yet.

const PLACE = 'drawing';

export default function ({ data, parentElement, setTriggerValue }) {
    if (!data.fresh) {
        sessionStorage.setItem(PLACE, data.drawing);
    } else if (!parentElement.asked) {
        parentElement.asked = true;
        const kept = sessionStorage.getItem(PLACE);
        if (kept) setTriggerValue('kept', kept);
    }
}
