from collections.abc import Sequence

import pytest

from curator.domain.fact import ClipFact, Producer, Score
from curator.domain.progress import NoProgress
from curator.domain.span import Span
from curator.jobs.context import Cancelled, JobContext
from curator.jobs.executor import Died, even_sizes
from curator.jobs.job import Job
from curator.jobs.messages import Done, Partly, Stopped, Taken
from curator.jobs.worker_pool import WorkerPool, WorkerTrouble, shares
from curator.stages import Failed

JOB = Job("score", "nowhere.curator")


def score_of(item):
    return ClipFact(item, Span(0, 1), Producer("fake", 1), Score("fake", float(item)))


class FakeWorkers:
    """Workers without processes: each item is answered by ``behaviour`` or kills its worker."""

    def __init__(self, jobs: Sequence[Job], behaviour) -> None:
        self._jobs = jobs
        self._behaviour = behaviour
        self.stopped = False
        self._said = self._all()

    def listen(self):
        yield from self._said

    def _all(self):
        for number, job in enumerate(self._jobs):
            yield from self._work(number, job)

    def _work(self, number, job):
        for item in job.items:
            yield number, Taken(item)
            answer = self._behaviour(item)
            yield number, answer
            if isinstance(answer, Died):
                return
        yield number, Done()

    def stop(self):
        self.stopped = True

    def close(self):
        self.stop()


class FakeExecutor:
    """Executor with workers that a function makes of the shares."""

    runs_all_at_once = True

    def __init__(self, start):
        self.start = start

    def share_sizes(self, items, workers, work_s):
        return even_sizes(items, workers)


class Watch(NoProgress):
    def __init__(self):
        self.failures = []
        self.done = 0

    def failed(self, sentence):
        self.failures.append(sentence)

    def progressed(self, items, seconds):
        self.done = items


def crew(behaviour, workers=2):
    stored, watch = [], Watch()
    executor = FakeExecutor(lambda jobs: FakeWorkers(jobs, behaviour))
    work = JobContext(None, lambda action: action(None), watch, workers, executor=executor)
    made = WorkerPool(
        work,
        lambda project, found: stored.extend(found),
        describe=lambda item: f"clip {item}",
        seconds_of=lambda found: 1.0,
    )
    return made, stored, watch


def test_everything_that_is_found_is_stored_once():
    made, stored, watch = crew(score_of)
    made.do(JOB, range(1000))
    assert sorted(fact.clip_id for fact in stored) == list(range(1000))
    assert watch.done == 1000
    assert watch.failures == []


def test_a_bad_item_is_named_and_the_others_go_on():
    failed = Failed(3, "clip 3: too short")
    made, stored, watch = crew(lambda item: failed if item == 3 else score_of(item))
    made.do(JOB, range(6))
    assert sorted(fact.clip_id for fact in stored) == [0, 1, 2, 4, 5]
    assert watch.failures == ["clip 3: too short"]
    assert made.failures == 1


def test_an_item_that_kills_two_workers_is_left_out_and_named():
    def behaviour(item):
        death = Died(0, "The worker process ended unexpectedly (SIGSEGV).", "")
        return death if item == 4 else score_of(item)

    made, stored, watch = crew(behaviour, workers=1)
    made.do(JOB, range(9))
    assert sorted(fact.clip_id for fact in stored) == [0, 1, 2, 3, 5, 6, 7, 8]
    assert watch.failures == ["clip 4: The worker process ended unexpectedly (SIGSEGV)."]


def test_a_worker_that_cannot_start_is_trouble_and_not_a_loop():
    made, _, _ = crew(score_of)
    made._work.executor.start = lambda jobs: Silent()
    with pytest.raises(WorkerTrouble, match="No module named"):
        made.do(JOB, range(3))


def test_a_worker_that_dies_before_its_first_item_is_replaced():
    starts = []

    def start(jobs):
        starts.append(jobs)
        return Silent() if len(starts) == 1 else FakeWorkers(jobs, score_of)

    made, stored, watch = crew(score_of)
    made._work.executor.start = start
    made.do(JOB, range(3))
    assert sorted(fact.clip_id for fact in stored) == [0, 1, 2]
    assert watch.failures == []


class Silent:
    def listen(self):
        yield (
            0,
            Died(0, "The worker process ended unexpectedly (exit 1).", "x\nNo module named y\n"),
        )

    def stop(self):
        pass

    close = stop


def test_a_missing_model_stops_the_job_with_its_sentence():
    stopped = Stopped("No model.", "Get one.")
    made, stored, _ = crew(lambda item: stopped if item == 1 else score_of(item), 1)
    with pytest.raises(WorkerTrouble, match=r"No model\. Get one\."):
        made.do(JOB, range(3))
    assert 0 in [fact.clip_id for fact in stored], "what was found before is kept"


def test_an_interruption_keeps_what_was_said_before_it():
    heard = []

    def behaviour(item):
        if item == 5 and not heard:
            heard.append(item)
            raise KeyboardInterrupt
        return score_of(item)

    made, stored, _ = crew(behaviour, 1)
    with pytest.raises(KeyboardInterrupt):
        made.do(JOB, range(9))
    assert {fact.clip_id for fact in stored} >= {0, 1, 2, 3, 4}


def test_shares_are_neighbours_and_complete():
    parts = shares(JOB, range(10), even_sizes(10, 3))
    assert [part.items for part in parts] == [(0, 1, 2), (3, 4, 5, 6), (7, 8, 9)]
    assert [part.items for part in shares(JOB, [7], even_sizes(1, 4))] == [(7,)]


class Backwards(FakeWorkers):
    """The last worker is the first to answer."""

    def _all(self):
        for number, job in reversed(list(enumerate(self._jobs))):
            yield from self._work(number, job)


def ordered_pool(behaviour, workers=3, runs_all_at_once=True):
    """A pool that stores in order, what it has stored, and the shares of its rounds."""
    stored, rounds = [], []

    def start(jobs):
        rounds.append([job.items for job in jobs])
        return Backwards(jobs, behaviour)

    executor = FakeExecutor(start)
    executor.runs_all_at_once = runs_all_at_once
    made = WorkerPool(
        JobContext(None, lambda action: action(None), Watch(), workers, executor=executor),
        lambda project, results: stored.extend(result.clip_id for result in results),
        describe=str,
        seconds_of=lambda result: 1.0,
        in_order=True,
    )
    return made, stored, rounds


@pytest.mark.parametrize("runs_all_at_once", [True, False])
def test_results_are_stored_in_order_whichever_worker_answers_first(runs_all_at_once):
    made, stored, rounds = ordered_pool(score_of, 3, runs_all_at_once)
    made.do(JOB, range(5, 605))
    assert stored == list(range(5, 605))
    assert rounds[0][0][:2] == ((5, 8) if runs_all_at_once else (5, 6))


def test_failed_and_deadly_items_hold_nothing_back():
    def behaviour(item):
        if item == 2:
            return Failed(2, "too short")
        return Died(0, "crashed", "") if item == 4 else score_of(item)

    made, stored, _ = ordered_pool(behaviour)
    made.do(JOB, range(9))
    assert stored == [0, 1, 3, 5, 6, 7, 8]
    assert made.failures == 2


def test_an_item_that_is_answered_in_the_second_round_keeps_its_place():
    crashed = []

    def behaviour(item):
        if item == 1 and not crashed:
            crashed.append(item)
            return Died(1, "crashed", "")
        return score_of(item)

    made, stored, rounds = ordered_pool(behaviour)
    made.do(JOB, range(9))
    assert len(rounds) == 2
    assert stored == list(range(9))


def test_items_without_an_answer_hold_nothing_back_at_the_end():
    class Forgetful(FakeWorkers):
        def _work(self, number, job):
            for item in job.items:
                if item != 3:
                    yield number, score_of(item)
            yield number, Done()

    made, stored, _ = ordered_pool(score_of)
    made._work.executor.start = lambda jobs: Forgetful(jobs, None)
    made.do(JOB, range(9))
    assert stored == [0, 1, 2, 4, 5, 6, 7, 8]


def test_a_stop_stores_nothing_out_of_order():
    made, stored, _ = ordered_pool(score_of)

    def behaviour(item):
        if item == 0:  # the first worker is the last to answer
            made._work.stop.set()
        return score_of(item)

    made._work.executor.start = lambda jobs: Backwards(jobs, behaviour)
    with pytest.raises(Cancelled):
        made.do(JOB, range(90))
    assert stored == list(range(len(stored)))


def test_a_wish_to_stop_ends_the_work_and_keeps_what_was_found():
    made, stored, _ = crew(score_of, 1)

    def behaviour(item):
        if item == 3:
            made._work.stop.set()
        return score_of(item)

    made._work.executor.start = lambda jobs: FakeWorkers(jobs, behaviour)
    with pytest.raises(Cancelled):
        made.do(JOB, range(9))
    assert {fact.clip_id for fact in stored} >= {0, 1, 2}


def test_what_is_done_of_a_long_item_counts_until_it_is_answered():
    class Slow(FakeWorkers):
        def _work(self, number, job):
            for item in job.items:
                yield number, Taken(item)
                yield number, Partly(item, 0.25)
                yield number, Partly(item, 0.5)
                yield number, score_of(item)
            yield number, Done()

    class Far(Watch):
        def __init__(self):
            super().__init__()
            self.told = []

        def progressed(self, items, seconds):
            self.told.append((items, seconds))

    watch, items = Far(), []
    made = WorkerPool(
        JobContext(
            None,
            lambda action: action(None),
            watch,
            executor=FakeExecutor(lambda jobs: Slow(jobs, None)),
        ),
        lambda project, found: None,
        describe=str,
        seconds_of=lambda found: 1.0,
        follow=lambda *told: items.append(told),
    )
    made.do(JOB, [7, 8])
    assert items == [(i, s, s == 1.0) for i in (7, 8) for s in (0.0, 0.25, 0.5, 1.0)]
    assert watch.told == [(0, 0.25), (0, 0.5), (1, 1.0), (1, 1.25), (1, 1.5), (2, 2.0)]
