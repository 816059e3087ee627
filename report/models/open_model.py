"""Opens a language model by its path, whatever runs it."""

from pathlib import Path

from report.writing.text_model import TextModel


def open_model(path: Path, *, context_tokens: int = 2048, threads: int = 1) -> TextModel:
    """Open a model: a GGUF file through llama.cpp, a folder through transformers.

    Args:
        path: The file or the folder. A folder whose `config.json` has a `vision_config` gives a
            model that is also a `SeeingModel`.
        context_tokens: Context length wanted.
        threads: Threads of the model.

    Raises:
        ReportModelMissingError: There is nothing at the path.
        ReportModelInvalidError: What is there cannot be loaded.
    """
    if not path.is_dir():
        from pipeline.language_model.gguf_model import LanguageModel

        return LanguageModel(path, context_tokens=context_tokens, threads=threads)
    from report.models.model_folder import ModelFolder

    folder = ModelFolder(path)
    if folder.sees:
        from report.models.vision_model import VisionModel

        return VisionModel(folder, context_tokens=context_tokens, threads=threads)
    from report.models.causal_model import CausalModel

    return CausalModel(folder, context_tokens=context_tokens, threads=threads)
