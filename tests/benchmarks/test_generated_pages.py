"""The page of performance holds what the results say, and nothing else."""

from docs.documentation_pages import script
from harness.page import BLOCK, PAGE, page_block, read_results
from harness.results import RESULTS, BenchmarkResult, Figure, Goal, Timing
from harness.unit_costs import Results
from scaling_plan import plan_table, unit_costs, unit_table


def block_of(page, name):
    """What stands between the markers of a name."""
    opening, closing = script("generated_block").markers(name)
    return page.read_text(encoding="utf-8").split(opening)[1].split(closing)[0].strip()


def test_the_page_of_performance_is_written_from_the_results():
    assert block_of(PAGE, BLOCK) == page_block(read_results(RESULTS)).strip()


def test_the_plan_is_written_from_the_results():
    costs = unit_costs(Results(RESULTS))
    assert block_of(PAGE, "unit costs") == unit_table(costs)
    assert block_of(PAGE, "plan") == plan_table(costs)


def test_a_missed_goal_is_called_missed():
    result = BenchmarkResult(
        name="speed_example",
        title="Example",
        timings=[Timing("ours", (0.2, 0.1, 0.3))],
        figures=[Figure("memory", 12.5, "MB")],
        goals=[Goal("faster", 2, 1.5, "times", True), Goal("memory", 20, 12.5, "MB", False)],
    ).to_json(quick=False)
    page = page_block([result])
    assert "| faster | at least 2 times | 1.5 times | **no** |" in page
    assert "| memory | at most 20 MB | 12.5 MB | yes |" in page
    assert "| ours | 0.2 s | 0.1 s to 0.3 s | 3 |  |" in page
