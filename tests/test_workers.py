"""How the tests are spread over several processes."""


def test_the_tests_of_a_file_go_to_one_worker(request):
    """By the group in its name, which pytest-xdist puts there for its scheduler."""
    is_in_worker = hasattr(request.config, "workerinput")
    assert request.node.nodeid.endswith("@test_workers.py") == is_in_worker
