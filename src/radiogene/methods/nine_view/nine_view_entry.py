"""The entry of a nine-view network; it loads no torch before something is made or loaded."""

from typing import TYPE_CHECKING

from radiogene.methods.method import FitContext, Method, MethodEntry, Need
from radiogene.methods.method_settings import MethodSettings, NineViewSettings

if TYPE_CHECKING:
    from radiogene.model.engines.engine_choice import EngineChoice
    from radiogene.model.model_folder import ModelFolder

COLUMNS = ("age", "sex", "smoking")

LEARNER = "network on nine views of the nodule, one branch per gene, fusion of the views; trained end to end"


def nine_view_entry(name: str, title: str, backbone: str, source: str, extra: str = "") -> MethodEntry:
    """The entry of MMDL with one of the networks that can look at a view.

    Args:
        name: under which it is chosen.
        title: of its row.
        backbone: name of the network that looks at a view.
        source: section, table and row of the paper.
        extra: of this package that the network needs.
    """

    def make(settings: MethodSettings, context: FitContext) -> Method:
        from radiogene.methods.nine_view.nine_view_method import NineViewMethod

        if not isinstance(settings, NineViewSettings):
            raise TypeError(f"a nine-view network takes NineViewSettings, not {type(settings).__name__}")
        return NineViewMethod(name, backbone, settings, context)

    def load(folder: "ModelFolder", choice: "EngineChoice") -> Method:
        from radiogene.methods.nine_view.nine_view_method import NineViewMethod

        return NineViewMethod.load(folder, choice)

    return MethodEntry(
        name=name,
        title=title,
        needs=(Need.CUBE, Need.CLINICAL),
        columns=COLUMNS,
        learner=LEARNER,
        source=source,
        settings=NineViewSettings,
        make=make,
        load=load,
        extra=extra,
        network=True,
        backbone=backbone,
    )
