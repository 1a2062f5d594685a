"""The settings of one block as they are taken out, one after another; what nobody took is reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aib_airflow.importers.packer.document import Block, Setting
from aib_airflow.importers.packer.nodes import Choice, Literal, Node
from aib_airflow.importers.packer.writer import Writer


@dataclass(slots=True)
class Options:
    """The settings of `block`, and the writer that turns them into ARM values."""

    block: Block
    writer: Writer
    _taken: set[str] = field(default_factory=set)

    def take(self, name: str) -> Setting | None:
        """Return a setting, or None where Packer would find it empty: null, "", [] or {}."""
        self._taken.add(name)
        setting = self.block.settings.get(name)
        if setting is None or not self.writer.scope.is_empty(setting.value):
            self._warn_of_maybe(setting)
            return setting
        if not isinstance(setting.value, Literal):
            self.writer.report.left_out(
                setting.place,
                f"{name} is empty with the values its variables have",
                "if you give them others, import again with -var or -var-file",
            )
        return None

    def has(self, name: str) -> bool:
        """Tell whether a setting is given, without taking it."""
        setting = self.block.settings.get(name)
        return setting is not None and not self.writer.scope.is_empty(setting.value)

    def write(self, name: str, kind: str = "string") -> Any:
        """Return a setting as it stands in an ARM template, or None."""
        setting = self.take(name)
        return None if setting is None else self.writer.write(setting.value, setting.place, kind)

    def expression(self, name: str) -> str | None:
        """Return a setting as it stands inside an ARM expression, or None."""
        setting = self.take(name)
        return None if setting is None else self.writer.expression(setting.value, setting.place)

    def required(self, name: str, description: str, asked: str = "") -> str:
        """Return a setting as it stands inside an ARM expression; a parameter asks for one that is missing.

        JSON templates write "" as the default of what must be given; that is no default in ARM.
        """
        self._taken.add(name)
        setting = self.block.settings.get(name)
        if setting is None or setting.value in (Literal(""), Literal(None)):
            return self.writer.ask(asked or name, description)
        if self.writer.scope.is_empty(setting.value):
            self.writer.require(setting.value)
        return self.writer.expression(setting.value, setting.place)

    def subscription(self) -> str:
        """Return the builder's subscription as an ARM expression; without one it is the deployment's own."""
        own = self.expression("subscription_id")
        if own is not None:
            return own
        description = "Subscription of the image, its groups and galleries"
        return self.writer.ask("subscriptionId", description, "[subscription().subscriptionId]")

    def value(self, name: str) -> Any:
        """Return what a setting's value is; one that is not known is reported, and None."""
        setting = self.take(name)
        value = None if setting is None else self.writer.scope.value(setting.value)
        if setting is not None and value is None:
            message = f"the value of {name} is not known before a run; it is left out"
            self.writer.report.left_out(setting.place, message, "give it with -var or -var-file")
        return value

    def node(self, name: str) -> Node | None:
        """Return a setting's value as it is written, or None."""
        setting = self.take(name)
        return None if setting is None else setting.value

    def integer(self, name: str) -> Any:
        """Return a number as it stands in an ARM template, or None; Packer takes texts for numbers too."""
        setting = self.take(name)
        if setting is None:
            return None
        value = self.writer.scope.value(setting.value)
        if isinstance(setting.value, Literal) and str(value).strip().isdigit():
            return int(value)
        written = self.writer.expression(setting.value, setting.place, "int")
        return f"[int({written})]" if self.writer.type_of(setting.value) == "string" else f"[{written}]"

    def flag(self, name: str) -> bool:
        """Tell whether a switch is on; Packer takes the text "true" too."""
        return str(self.value(name)).lower() == "true"

    def _warn_of_maybe(self, setting: Setting | None) -> None:
        """Note what is given on a condition that nobody knows; `condition ? value : null` is HCL2's idiom."""
        match setting:
            case Setting(name, Choice(condition, positive, negative), place) if (
                Literal(None) in (positive, negative)
                and self.writer.scope.value(condition, unknown=...) is ...
            ):
                self.writer.report.changed(
                    place,
                    f"whether {name} is given depends on values that are not known; it is kept",
                    "import all files of the template together, or give the values with -var",
                )

    def left(self) -> Iterator[Setting]:
        """Yield the settings that nobody took."""
        return (setting for name, setting in self.block.settings.items() if name not in self._taken)
