"""What a browser holds of a Streamlit page: its elements and its widgets' values.

As Chromium was seen to do with streamlit 1.67.0: messages are laid into a tree by their paths, what
a finished run did not send again goes, large messages are kept and named to the server, and each
request carries the values of all widgets, the defaults too.
"""

import html
import re
from dataclasses import dataclass, field

from streamlit.proto.WidgetStates_pb2 import WidgetState

RUNS_CACHED = 2  # runs of the whole page through which a large message is kept
TEXT_FIELDS = ("label", "body", "text", "message")  # where elements keep what a person reads
SINGLE_CHOICES = ("selectbox", "radio")


@dataclass
class Node:
    """One element or container on the page."""

    kind: str  # as Streamlit's protocol calls it: "button", "html", "flex_container" ...
    content: object  # its message
    id: str  # of a widget or a container with a key
    run: str
    fragment: str

    @property
    def key(self) -> str:
        """Its Streamlit key, or nothing: ids are $$ID-hash-key."""
        return self.id.split("-", 2)[2] if self.id.count("-") > 1 else ""

    def text(self) -> str:
        """What a person reads of it."""
        texts = [getattr(self.content, name, "") for name in TEXT_FIELDS]
        plain = "\n".join(text for text in texts if isinstance(text, str) and text)
        plain = re.sub(r"<style>.*?</style>", "", plain, flags=re.DOTALL)
        return html.unescape(re.sub(r"<[^>]+>", " ", plain))


@dataclass
class Page:
    """The page as it is now."""

    query: str = ""  # of its address
    hash: str = ""  # its name in the protocol
    hashes: dict[str, str] = field(default_factory=dict)  # path -> hash
    nodes: dict[tuple, Node] = field(default_factory=dict)
    values: dict[str, WidgetState] = field(default_factory=dict)  # by widget id; else the default
    large: dict[str, list] = field(default_factory=dict)  # hash -> [runs since, delta]
    run: str = ""  # the latest
    fragments: tuple[str, ...] = ()  # that it is about; none: the whole page

    def nodes_in(self, key: str = "") -> list[Node]:
        """All nodes, or those of the container of this key, from top to bottom."""
        order = sorted(self.nodes.items())
        root = next((path for path, node in order if node.key == key), None) if key else ()
        return [node for path, node in order if root is not None and path[: len(root)] == root]

    def key_at(self, path: tuple) -> str:
        """The key of what stands there."""
        return self.nodes[path].key if path in self.nodes else ""

    def set_pages(self, navigation) -> None:
        """Learn which pages there are, and which one this is."""
        self.hashes = {page.url_pathname: page.page_script_hash for page in navigation.app_pages}
        self.hash = navigation.page_script_hash

    def start_run(self, message) -> None:
        """A run begins."""
        self.run = message.metadata.run.script_run_id
        self.fragments = tuple(message.metadata.run.fragment_ids)
        self.hash = message.new_session.page_script_hash
        if not self.fragments:
            for entry in self.large.values():
                entry[0] += 1
            self.large = {k: entry for k, entry in self.large.items() if entry[0] <= RUNS_CACHED}

    def apply_delta(self, message) -> tuple[tuple, Node | None]:
        """Put what a delta brings into the page: its path, and the node."""
        delta = message.delta
        if message.WhichOneof("type") == "ref_hash":
            delta = self.large[message.ref_hash][1]
            self.large[message.ref_hash][0] = 0
        if message.metadata.cacheable:
            self.large[message.hash] = [0, delta]
        path = tuple(message.metadata.delta_path)
        if delta.WhichOneof("type") == "add_block":
            kind = delta.add_block.WhichOneof("type") or "container"
            content, name = getattr(delta.add_block, kind, None), delta.add_block.id
        elif delta.WhichOneof("type") == "new_element":
            kind = delta.new_element.WhichOneof("type")
            content = getattr(delta.new_element, kind)
            name = getattr(content, "id", "")
            for inner in [known for known in self.nodes if known[: len(path)] == path]:
                del self.nodes[inner]
        else:  # a spinner's passing words
            return path, None
        node = self.nodes[path] = Node(kind, content, name, self.run, delta.fragment_id)
        if getattr(content, "set_value", False):
            self.values[node.id] = state_of(node, _program_value(node))
        return path, node

    def finish_run(self, run: str) -> None:
        """A run has finished: what it should have sent again and did not is gone."""
        for path, node in list(self.nodes.items()):
            concerned = not self.fragments or node.fragment in self.fragments
            if run == self.run and node.run != run and concerned:
                del self.nodes[path]

    def states(self) -> list[WidgetState]:
        """The values of all widgets but those in popovers, which a browser makes when opened."""
        states = {}
        closed = [path for path, node in self.nodes.items() if node.kind == "popover"]
        for path, node in sorted(self.nodes.items()):
            if (
                any(path[: len(popover)] == popover for popover in closed)
                and node.id not in self.values
            ):
                continue
            state = self.values.get(node.id) if node.id else None
            if state is None and node.id:
                state = state_of(node, _default(node))
            if state is not None:
                states[node.id] = state
        return list(states.values())


def state_of(node: Node, value) -> WidgetState | None:
    """A widget's value as the browser sends it; options by their words. None: it has none yet."""
    state, kind = WidgetState(id=node.id), node.kind
    if value is None:
        return None
    if kind == "checkbox":
        state.bool_value = value
    elif kind in (*SINGLE_CHOICES, "text_input", "text_area"):
        state.string_value = value
    elif kind == "number_input" and node.content.data_type == node.content.INT:
        state.int_value = int(value)
    elif kind == "number_input":
        state.double_value = value
    elif kind in ("button_group", "multiselect") or (kind == "slider" and node.content.options):
        state.string_array_value.data.extend([value] if isinstance(value, str) else value)
    elif kind == "slider":
        state.double_array_value.data.extend(value if isinstance(value, list) else [value])
    elif kind == "file_uploader":
        state.file_uploader_state_value.SetInParent()
    else:
        raise TypeError(f"A visitor can't set a {kind}.")
    return state


def _default(node):
    content, kind = node.content, node.kind
    if kind in SINGLE_CHOICES:
        return content.options[content.default] if content.HasField("default") else None
    if kind in ("checkbox", "text_input", "text_area"):
        return content.default
    if kind == "number_input":
        return content.default if content.HasField("default") else None
    if kind == "multiselect":
        return [content.options[i] for i in content.default]
    if kind == "button_group":
        return [content.options[i].content for i in content.default]
    if kind == "slider" and content.options:
        return [content.options[int(i)] for i in content.default]
    if kind == "slider":
        return list(content.default)
    return "" if kind == "file_uploader" else None


def _program_value(node):
    """The value that the program gives a widget."""
    content = node.content
    if node.kind in SINGLE_CHOICES:
        return content.raw_value
    if node.kind in ("multiselect", "button_group"):
        return list(content.raw_values)
    if node.kind == "slider":
        return list(content.raw_value) if content.options else list(content.value)
    return content.value
