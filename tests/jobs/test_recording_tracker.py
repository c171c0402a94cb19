from curator.domain.progress import RecordingProgress
from curator.jobs.recording_tracker import RecordingTracker


def test_items_are_summed_by_recording_and_an_item_that_starts_over_counts_once():
    told: list[RecordingProgress] = []
    tracker = RecordingTracker(
        told.append, [1, 2, 3], {1: 2.0, 2: 3.0, 3: 4.0, 9: 1.0}, {1: 7, 2: 7, 3: 8, 9: 7}
    )
    for item, seconds in ((1, 0.0), (1, 2.0), (3, 1.5), (2, 1.0), (2, 0.0), (2, 3.0), (5, 1.0)):
        tracker.follow(item, seconds, is_done=seconds >= 2.0)
    assert told == [
        RecordingProgress(7, 0.0, 5.0),
        RecordingProgress(7, 2.0, 5.0),
        RecordingProgress(8, 1.5, 4.0),
        RecordingProgress(7, 3.0, 5.0),
        RecordingProgress(7, 2.0, 5.0),
        RecordingProgress(7, 5.0, 5.0),
    ]


def test_steps_over_the_whole_set_report_no_recording():
    told: list[RecordingProgress] = []
    RecordingTracker(told.append, [1, 2], {1: 2.0, 2: 3.0}, {}).follow(1, 2.0, is_done=True)
    assert told == []
