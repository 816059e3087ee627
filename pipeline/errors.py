"""The error tree: a stable code and parameters a class, never user-interface text or patient data.

The sentence shown to a person for a code stands in `pipeline/words/<language>.toml`.
"""

from typing import ClassVar

Parameter = str | int | float


class ExplainCxrError(Exception):
    """Whatever this project raises on purpose."""

    code: ClassVar[str] = "internal"

    def __init__(self, **parameters: Parameter) -> None:
        super().__init__(self.code, parameters)
        self.parameters = parameters

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the parameters when an error crosses from a worker process."""
        return _rebuild, (type(self), self.parameters)

    def __str__(self) -> str:
        """The code and its parameters, for logs."""
        listed = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{self.code}({listed})"


def _rebuild(cls: type[ExplainCxrError], parameters: dict[str, Parameter]) -> ExplainCxrError:
    return cls(**parameters)


class ContractError(ExplainCxrError):
    """A value broke its own contract (shape, dtype, range): a bug of ours."""

    code = "value_invalid"


class InputError(ExplainCxrError):
    """The file given cannot be analysed."""

    code = "input_invalid"


class EmptyFileError(InputError):
    """The file holds no bytes."""

    code = "file_empty"


class FileTooLargeError(InputError):
    """The file is larger than the limit; `limit_mb`."""

    code = "file_too_large"


class UnknownFormatError(InputError):
    """The content is none of PNG, JPEG, WEBP, DICOM."""

    code = "format_unknown"


class CorruptImageError(InputError):
    """The content starts as a known format and breaks off or contradicts itself."""

    code = "image_corrupt"


class ImageTooLargeError(InputError):
    """Rows times columns exceed the limit; `rows`, `cols`, `limit_megapixels`."""

    code = "image_too_large"


class ImageTooSmallError(InputError):
    """Fewer rows or columns than a radiograph can be read from; `rows`, `cols`, `limit_px`."""

    code = "image_too_small"


class ColourImageError(InputError):
    """A colour photograph, not a radiograph."""

    code = "image_colour"


class BlankImageError(InputError):
    """All pixels are alike."""

    code = "image_blank"


class DicomWithoutPixelsError(InputError):
    """A DICOM object that carries no image."""

    code = "dicom_no_pixels"


class PresentationStateError(InputError):
    """A DICOM presentation state: how another file's image is to be shown."""

    code = "dicom_presentation_state"


class MultiFrameDicomError(InputError):
    """A DICOM object of several frames; `frames`."""

    code = "dicom_multi_frame"


class UnsupportedDicomError(InputError):
    """A transfer syntax or photometric interpretation we do not read; `what`."""

    code = "dicom_unsupported"


class ModalityRefusedError(InputError):
    """The header names a modality that takes no chest radiographs; `modality` (a defined term)."""

    code = "header_modality"


class LateralViewError(InputError):
    """The header says that the view is lateral or oblique."""

    code = "header_lateral"


class LateralImageError(InputError):
    """The picture shows a lateral view, whatever a header says."""

    code = "image_lateral"


class TurnedImageError(InputError):
    """The chest lies on its side or upside down; `degrees` clockwise make it upright."""

    code = "image_turned"


class PhotographError(InputError):
    """The picture is a photograph of a screen or a light box."""

    code = "image_photographed"


class BodyPartRefusedError(InputError):
    """The header names a part of the body far from the chest; `part` (a defined term)."""

    code = "header_body_part"


class DecodeLimitError(InputError):
    """Decoding ran past its time or memory limit and was stopped."""

    code = "decode_limit"


class ChestNotFoundError(InputError):
    """The picture shows no chest, or no pair of lungs was found in it."""

    code = "chest_not_found"


class TextTooLongError(InputError):
    """An edited section of the report has more letters or lines than may be; `limit`, `lines`."""

    code = "text_too_long"


class UnreadableFileError(InputError):
    """The path given could not be opened."""

    code = "file_unreadable"


class ResultInvalidError(InputError):
    """A `result.json` that cannot be used; `file`, `field`, `problem`, `allowed`."""

    code = "result_invalid"


class ModelError(ExplainCxrError):
    """A model cannot be used."""

    code = "model_invalid"


class WeightsMissingError(ModelError):
    """A file that the manifest names is not there; `model`, `file`."""

    code = "weights_missing"


class WeightsMismatchError(ModelError):
    """A file's SHA-256 is not the manifest's; `model`, `file`."""

    code = "weights_mismatch"


class WeightsUnlistedError(ModelError):
    """A file that is to be loaded is not listed in the manifest; `model`, `file`."""

    code = "weights_unlisted"


class ManifestError(ModelError):
    """A manifest, or a file of values beside it, does not fit.

    `model`, `file`, and of it `field`, `problem` and `allowed` as in `pipeline.validation.Flaw`.
    """

    code = "manifest_invalid"


class ReportModelMissingError(ModelError):
    """The model named for the report is not there; `file`."""

    code = "report_model_missing"


class ReportModelInvalidError(ModelError):
    """The model named for the report cannot be loaded; `file`."""

    code = "report_model_invalid"


class ReportModelTooLargeError(ModelError):
    """The report model needs more memory than is free; `file`, `needed_gb`, `free_gb`."""

    code = "report_model_too_large"


class CatalogueError(ModelError):
    """The catalogue of report models, or what was pinned of it, does not fit.

    `file`, and of it `field`, `problem` and `allowed` as in `pipeline.validation.Flaw`.
    """

    code = "catalogue_invalid"


class UnknownReportModelError(ModelError):
    """The catalogue has no model of that name; `name`, `known` (those it has)."""

    code = "report_model_unknown"


class HubUnreachableError(ModelError):
    """No model hub answered, or what answered is none; `hub` (the hosts that were tried)."""

    code = "hub_unreachable"


class HubGatedError(ModelError):
    """The hub hands a repository only to those who agreed to its terms; `repo`."""

    code = "hub_gated"


class HubFileMissingError(ModelError):
    """The hub has no such repository, revision or file; `repo`, `file`, `revision`."""

    code = "hub_file_missing"


class DownloadBrokenError(ModelError):
    """A download broke off; what has come is kept, and the next one goes on; `file`."""

    code = "download_broken"


class DownloadMismatchError(ModelError):
    """The SHA-256 of what the hub offers or sent is not the pinned one; `file`."""

    code = "download_mismatch"


class DiskFullError(ModelError):
    """Too little space is left for a download; `needed_gb`, `free_gb`, in units of 10^9 bytes."""

    code = "disk_full"


class JobError(ExplainCxrError):
    """A step did not come to its end."""

    code = "job_failed"


class WorkerDiedError(JobError):
    """A worker process died during `step`; it has been started anew."""

    code = "worker_died"


class DecoderEndedError(JobError):
    """The process that reads files was ended twice over one file, or could not be started."""

    code = "decoder_ended"


class StepTimedOutError(JobError):
    """A step outlasted its limit and was stopped; `step`, `limit_s`."""

    code = "step_timed_out"


class StepFailedError(JobError):
    """A step raised an error we did not foresee; `step`, `error` (the exception's class)."""

    code = "step_failed"


class CancelledByUserError(JobError):
    """The user cancelled the job."""

    code = "cancelled"


class QueueFullError(JobError):
    """Too many jobs wait already; `limit`."""

    code = "queue_full"


class VisitFullError(JobError):
    """A visit holds as many radiographs as it may; `limit`."""

    code = "visit_full"


class SettingsError(ExplainCxrError):
    """A setting is unknown or out of range; `name`."""

    code = "setting_invalid"


class SettingRefusedError(SettingsError):
    """A setting that was read does not fit.

    `source` (a file, a variable of the environment or an argument), and of it `field`, `problem`
    and `allowed` as in `pipeline.validation.Flaw`.
    """

    code = "setting_refused"


class LoginNeededError(SettingsError):
    """The page would be served to others than this computer's users without a login; `address`."""

    code = "login_needed"


class WordsError(ExplainCxrError):
    """A language's file of words cannot be used; `language`, `what` (a text it lacks, or why)."""

    code = "words_invalid"


class MeasurementWordsError(ExplainCxrError):
    """A measurement has no words; `name`, `language`, and `key`, the text that is missing."""

    code = "measurement_words_missing"


class OutputError(ExplainCxrError):
    """A result file could not be written; `file`."""

    code = "output_unwritable"


class OutputDiskFullError(OutputError):
    """The disk is full, so a result file could not be written; `file`."""

    code = "output_disk_full"


class OutputLockedError(ExplainCxrError):
    """Another run writes to the same folder; `folder`."""

    code = "output_locked"
