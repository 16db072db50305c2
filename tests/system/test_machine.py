"""What this process may use of the machine."""

import pytest

from mnist_core.system import machine


@pytest.mark.parametrize(
    ("flags", "has"),
    [
        ("fpu avx2 avx512f avx512_bf16 avx512_vnni", True),
        ("fpu avx512f amx_bf16 amx_tile", True),
        ("fpu avx2 avx512f avx512_vnni", False),
        ("", False),
    ],
)
def test_a_processor_with_instructions_for_bfloat16_is_known_by_its_flags(
    tmp_path, monkeypatch, flags, has
):
    (tmp_path / "cpuinfo").write_text(f"model name\t: any\nflags\t\t: {flags}\n")
    monkeypatch.setattr(machine, "CPU_INFO", tmp_path / "cpuinfo")
    assert machine.has_bfloat16.__wrapped__() is has


def test_where_the_processor_cannot_be_asked_it_has_none(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "CPU_INFO", tmp_path / "none")
    assert machine.has_bfloat16.__wrapped__() is False
