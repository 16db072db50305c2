"""A stroke that was sent before the browser heard that another page is open."""

import re

import pen
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


def has_finished(frame: bytes) -> bool:
    return ForwardMsg.FromString(frame).HasField("script_finished")


def asks_for_a_part(frame: bytes) -> bool:
    return bool(BackMsg.FromString(frame).rerun_script.fragment_id)


def test_a_stroke_sent_when_another_page_is_open_already_leaves_that_page_whole(tab, app):
    sent, held, sockets = [], [], []

    def connect(socket):
        server = socket.connect_to_server()
        sockets.append(socket)
        socket.on_message(lambda frame: (sent.append(frame), server.send(frame)))
        server.on_message(lambda frame: held.append(frame) if holds else socket.send(frame))

    holds = False
    tab.route_web_socket(re.compile("_stcore/stream"), connect)
    tab.goto(app.url)
    pen.draw(tab, pen.SEVEN)
    pen.wait_for_answer(tab, "7")
    tab.locator(".living:not(.dim) .all").wait_for()
    holds = True
    tab.locator(".living .all").click()
    while sum(map(has_finished, held)) < 2:  # the part of Draw that was clicked, then Inside
        tab.wait_for_timeout(20)
    before = sum(map(asks_for_a_part, sent))
    pen.draw(tab, pen.ONE)
    while sum(map(asks_for_a_part, sent)) == before:
        tab.wait_for_timeout(20)
    holds = False
    for frame in held:
        sockets[-1].send(frame)
    tab.locator("[data-click='logits.4']").click()
    tab.locator("[data-click='logits.4'].chosen").wait_for()  # answered after the stroke
