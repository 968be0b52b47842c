"""One exception per stage, each with the exit code that the command line returns for it."""


class RadiogeneError(Exception):
    """A refusal: what was found, what was expected, where, and what resolves it."""

    exit_code = 1


class SettingsError(RadiogeneError):
    """An option or a settings file that cannot be meant."""

    exit_code = 3


class SeriesError(RadiogeneError):
    """A CT that cannot be read as one series in Hounsfield units."""

    exit_code = 10


class GeometryError(RadiogeneError):
    """Slices or grids whose place in the patient is missing, contradictory or uneven."""

    exit_code = 11


class NoduleError(RadiogeneError):
    """A nodule whose place is missing, ambiguous, empty or outside the scan."""

    exit_code = 12


class CohortError(RadiogeneError):
    """A cohort table with rows that cannot be used as they stand."""

    exit_code = 13


class StoreError(RadiogeneError):
    """A store of cubes that is missing, of another version or prepared otherwise."""

    exit_code = 14


class WeightsError(RadiogeneError):
    """A model folder or weights file that is damaged or belongs to another network."""

    exit_code = 15


class TrainingError(RadiogeneError):
    """A training that cannot start or go on: too few labels, one class, a loss that is not a number."""

    exit_code = 16


class DamagedStateError(TrainingError):
    """A file of an unfinished training that cannot be read; the others are still good."""


class InterruptedTrainingError(TrainingError):
    """A training ended from outside; the same command goes on where it stopped."""

    exit_code = 143
    """128 + SIGTERM, as schedulers expect it."""


class TransferError(RadiogeneError):
    """A download that cannot go on: no answer, a refusal, too little room, bytes that are not those listed."""

    exit_code = 17


class WorkersError(RadiogeneError):
    """Worker processes or a cluster that cannot be reached, have other versions, or ended before their task."""

    exit_code = 18


class StorageError(RadiogeneError):
    """Object storage that cannot be used: no answer, no bucket, no permission, a package that is missing."""

    exit_code = 19


class ChangedError(RadiogeneError):
    """A store, a model, an experiment or a report that is not as it was written."""

    exit_code = 21


class CasesFailedError(RadiogeneError):
    """A batch that went through although some of its cases failed; they are listed in its output."""

    exit_code = 20
