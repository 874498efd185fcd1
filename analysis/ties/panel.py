"""One relation of a longitudinal network: who is tied to whom, wave by wave, and what was not observed."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Flags, Floats
from analysis.ties.panel_input import (
    absent_cells,
    blank,
    days_of,
    is_numbered,
    labels_of,
    missing_columns,
    read_ties,
    refuse,
    repeated,
    require_known,
    some,
    square,
)
from analysis.ties.possible import MaybeGroups, Possible, group_codes

__all__ = ["Panel"]


@dataclass(frozen=True, eq=False)
class Panel:
    """One relation among the same actors, in one or more waves.

    Made with `from_matrices` or `from_tables`, which check their input; the constructor itself only checks
    that the parts fit together.

    Attributes
    ----------
    relation : str
        What was asked about, such as ``"advice"``.
    actors : tuple of str
        The n actors, in the order of rows and columns.
    waves : tuple of hashable
        The w waves, in order of time.
    values : ndarray of float, shape (w, n, n)
        Row sends, column receives; the diagonal holds self-ties as they came; NaN: not observed. Read-only.
    present : ndarray of bool, shape (w, n)
        Who had joined and not yet left. Read-only.
    answered : ndarray of bool, shape (w, n)
        Who was asked and answered. Read-only.
    homes : tuple of n str or None
        The organization of each actor, where known; empty: not told.
    directed : bool
        Whether a tie has a sender and a receiver; if not, it is its own return.
    crosses : bool
        Whether a tie could go to somebody of another organization. If not, such cells are structural zeros.
    answering_recorded : bool
        Whether the data tell who did not answer. If not, everybody present counts as having answered, and
        pages say *not recorded*.
    """

    relation: str
    actors: tuple[str, ...]
    waves: tuple[Hashable, ...]
    values: Floats
    present: Flags
    answered: Flags
    homes: tuple[str | None, ...] = ()
    directed: bool = True
    crosses: bool = True
    answering_recorded: bool = True

    def __post_init__(self) -> None:
        count, size = len(self.waves), len(self.actors)
        faults = []
        for name, shape in (
            ("values", (count, size, size)),
            ("present", (count, size)),
            ("answered", (count, size)),
        ):
            part = np.array(getattr(self, name), dtype=float if name == "values" else bool)
            if part.shape != shape:
                faults.append(f"{name} has shape {part.shape}; {count} waves of {size} actors need {shape}")
            part.setflags(write=False)
            object.__setattr__(self, name, part)
        if self.homes and len(self.homes) != size:
            faults.append(f"there are {len(self.homes)} homes for {size} actors; one each is needed")
        if not self.crosses and not self.homes:
            faults.append("ties are said not to cross organizations, but no actor's organization is told")
        refuse("these parts make no panel", faults)

    @classmethod
    def from_matrices(
        cls,
        matrices: Iterable[npt.ArrayLike | pd.DataFrame],
        *,
        actors: Sequence[object] | None = None,
        waves: Sequence[Hashable] | None = None,
        relation: str = "tie",
        present: npt.ArrayLike | None = None,
    ) -> Panel:
        """Make a panel of one square matrix a wave.

        Parameters
        ----------
        matrices : iterable of array-like or DataFrame, each (n, n)
            Row sends, column receives; NaN where missing. Index and columns of a frame must hold the same
            labels in the same order; a frame whose actors come in another order than `actors` is reordered
            by label. A frame with pandas' default numbering on both sides is a plain array, unless another
            frame has labels.
        actors : sequence, optional
            Labels (turned into text); they set the order, and name the rows of plain arrays. By default the
            labels of the first frame, or ``"1"``, ``"2"``, … when there are only plain arrays.
        waves : sequence of hashable, optional
            By default 1, 2, ….
        relation : str
            Name of the relation.
        present : array-like of bool, shape (w, n), optional
            Who had joined and not yet left, in the order of `actors`; by default everyone. Rows and columns
            of the others become NaN.

        Returns
        -------
        Panel
            Those present count as having answered unless their whole row, its diagonal cell aside, is NaN.

        Raises
        ------
        ValueError
            Listing every fault: no matrix, one not square, of another size or with other labels, labels
            missing, twice or in another order in the columns than in the rows, infinite values or none that
            are numbers, plain arrays of unknown order beside labelled frames, a tie of someone not present.

        Examples
        --------
        >>> panel = Panel.from_matrices([[[0, 1], [0, 0]], [[0, 1], [1, 0]]], actors=["Ada", "Ben"])
        >>> panel.waves
        (1, 2)
        >>> panel.matrix(2)
        array([[0., 1.],
               [1., 0.]])
        """
        given = list(matrices)
        names = tuple(range(1, len(given) + 1)) if waves is None else tuple(waves)
        faults = [] if given else ["there is no matrix; at least one is needed"]
        faults += repeated(names, "waves")
        if len(names) != len(given):
            faults.append(f"there are {len(given)} matrices, but {len(names)} names of waves")
        arrays = [square(one, f"matrix {k}", faults) for k, one in enumerate(given, 1)]
        frames = [isinstance(one, pd.DataFrame) for one in given]
        labelled = any(isinstance(one, pd.DataFrame) and not is_numbered(one) for one in given)
        labels = [
            labels_of(one, f"matrix {k}", faults) if labelled and isinstance(one, pd.DataFrame) else None
            for k, one in enumerate(given, 1)
        ]
        size = next((len(array) for array in arrays if array is not None), 0)
        numbered = tuple(str(number + 1) for number in range(size))
        order = next((found for found in labels if found is not None), numbered)
        if actors is not None:
            order = tuple(str(actor) for actor in actors)
            faults += repeated(order, "actors")
        elif labelled and not all(frames):
            faults.append("plain arrays stand beside labelled frames: name the order of their rows in actors")
        for k, (array, found) in enumerate(zip(arrays, labels, strict=True), 1):
            if array is not None and len(array) != len(order):
                faults.append(f"matrix {k} has {len(array)} actors; there are {len(order)}")
            elif found is not None and set(found) != set(order):
                odd = some(set(found) ^ set(order))
                faults.append(f"matrix {k}: {odd} not both among its labels and among the actors")
        there = np.ones((len(names), len(order)), dtype=bool) if present is None else np.array(present, bool)
        if there.shape != (len(names), len(order)):
            faults.append(f"present has shape {there.shape}; needed is {(len(names), len(order))}")
        refuse("the matrices make no panel", faults)

        values = np.empty((len(names), len(order), len(order)))
        for wave, (array, found) in enumerate(zip(arrays, labels, strict=True)):
            positions = pd.Index(found or order).get_indexer(pd.Index(order))
            values[wave] = np.asarray(array)[np.ix_(positions, positions)]
        refuse(
            "the matrices make no panel", blank(values, absent_cells(there), names, order, "someone absent")
        )
        silent = (np.isnan(values) | np.eye(len(order), dtype=bool)).all(axis=2)
        # A lone actor has nobody to name: an empty row is no sign of silence.
        return cls(relation, order, names, values, there, there & ~silent if len(order) > 1 else there)

    @classmethod
    def from_tables(
        cls,
        tables: Mapping[str, pd.DataFrame],
        *,
        relation: str,
        waves: Sequence[Hashable] | None = None,
        directed: bool = True,
        crosses: bool = True,
    ) -> Panel:
        """Make a panel of one relation from a dataset's tables.

        Parameters
        ----------
        tables : mapping of str to DataFrame
            ``actors`` (actor_id; optionally joined_on, left_on), ``waves`` (wave; optionally opened_on,
            closed_on), ``ties`` (wave, relation, sender_id, receiver_id, value) and optionally
            ``nonresponse`` (wave, actor_id, optionally relation: the one left unanswered). Dates are ISO
            text or datetimes; an empty one sets no limit.
        relation : str
            The relation wanted.
        waves : sequence of hashable, optional
            The waves that asked about this relation; by default all of the table ``waves``. Name them when a
            wave did not ask: it would otherwise look like one in which everybody answered and named no one.
        directed, crosses : bool
            As the dataset declares of the relation.

        Returns
        -------
        Panel
            Ties not listed are 0 in the rows of those who answered. NaN are: the rows of those who did not
            answer; the rows and columns of those absent, who joined after the wave closed or left before it
            opened (compared by day); listed ties without a value. Waves ascend, actors are in the order of
            their table.

        Raises
        ------
        ValueError
            Listing every fault: missing tables or columns, a relation or wave that is not there (naming
            those there are), identifiers that are unknown, empty or twice, a tie listed twice (with several
            reports of a tie, choose one before), values that are infinite or no number, unreadable dates,
            ties sent by someone who did not answer or touching someone absent.
        """
        refuse("the tables make no panel", missing_columns(tables))
        faults: list[str] = []
        actors = tuple(tables["actors"]["actor_id"].map(str))
        faults += repeated(actors, "actors, column actor_id")
        if tables["actors"]["actor_id"].isna().any():
            faults.append("actors, column actor_id: found an empty one; every actor needs one")
        rounds = tables["waves"].dropna(subset="wave")
        faults += repeated(rounds["wave"].tolist(), "waves, column wave")
        if len(rounds) < len(tables["waves"]):
            faults.append("waves, column wave: found an empty one; every wave needs one")
        rounds = rounds.drop_duplicates("wave").sort_values("wave")
        known = rounds["wave"].tolist()
        require_known(known if waves is None else waves, known, "waves asked for", faults)
        relations = tables["ties"]["relation"].dropna().unique()
        require_known([relation], relations, "relation", faults)
        ties = read_ties(tables["ties"], relation, actors, known, faults)
        silent = tables.get("nonresponse", pd.DataFrame({"wave": [], "actor_id": []}))
        if "relation" in silent:
            silent = silent[silent["relation"].isna() | (silent["relation"] == relation)]
        require_known(silent["actor_id"].map(str), actors, "nonresponse, column actor_id", faults)
        require_known(silent["wave"], known, "nonresponse, column wave", faults)
        joined, left = (
            days_of(tables["actors"], f"actors, column {c}", c, faults) for c in ("joined_on", "left_on")
        )
        opened, closed = (
            days_of(rounds, f"waves, column {c}", c, faults) for c in ("opened_on", "closed_on")
        )
        refuse("the tables make no panel", faults)
        # A comparison with an empty date (NaT) is false, which is what "sets no limit" means.
        present = ~((joined > closed[:, None]) | (left < opened[:, None]))
        listed = set(zip(silent["wave"], silent["actor_id"].map(str), strict=True))
        answered = present & [[(wave, actor) not in listed for actor in actors] for wave in known]
        values = np.zeros((len(known), len(actors), len(actors)))
        values[ties["wave"], ties["sender"], ties["receiver"]] = ties["value"]
        unheard = np.repeat((present & ~answered)[:, :, None], len(actors), axis=2)
        faults = blank(values, unheard, known, actors, "a sender who did not answer")
        faults += blank(values, absent_cells(present), known, actors, "someone absent")
        refuse("the tables make no panel", faults)
        kept = [wave for wave, name in enumerate(known) if waves is None or name in waves]
        names = tuple(known[wave] for wave in kept)
        homes: tuple[str | None, ...] = ()
        if "organization_id" in tables["actors"]:
            given = tables["actors"]["organization_id"]
            homes = tuple(None if pd.isna(home) else str(home) for home in given)
        return cls(
            relation,
            actors,
            names,
            values[kept],
            present[kept],
            answered[kept],
            homes=homes,
            directed=directed,
            crosses=crosses,
            answering_recorded="nonresponse" in tables,
        )

    def matrix(self, wave: Hashable, *, threshold: float | None = None, self_ties: bool = False) -> Floats:
        """Return the matrix of one wave.

        Parameters
        ----------
        wave : hashable
            One of `waves`.
        threshold : float, optional
            Values of at least this become 1, lower ones 0 (so that with 0 every observed cell is a tie); by
            default the values as they are.
        self_ties : bool
            Whether to keep the diagonal. By default it is 0, also for those who did not answer: leaving
            self-ties out is the analyst's choice, no observation.

        Returns
        -------
        ndarray of float, shape (n, n)
            A copy; NaN where missing.

        Raises
        ------
        ValueError
            If there is no such wave, or the threshold is no finite number.
        """
        if wave not in self.waves:
            raise ValueError(f"wave {wave!r} is unknown; there are {', '.join(map(str, self.waves))}")
        if threshold is not None and not math.isfinite(threshold):
            raise ValueError(f"threshold is {threshold}; allowed is a finite number, or None")
        matrix: Floats = self.values[self.waves.index(wave)].copy()
        if threshold is not None:
            matrix = np.where(np.isnan(matrix), np.nan, (matrix >= threshold).astype(float))
        if not self_ties:
            np.fill_diagonal(matrix, 0.0)
        return matrix

    def possible(self, wave: Hashable, groups: MaybeGroups | None = None) -> Possible:
        """Return who could have been tied to whom in one wave, and within which groups randomness moves.

        Parameters
        ----------
        wave : hashable
            One of `waves`.
        groups : sequence of length n, optional
            The group of each actor, None for one without; by default their organizations, where known.

        Returns
        -------
        Possible
            Cells of absent people and of those who did not answer are not possible, nor are cells between
            organizations where ties never cross.

        Raises
        ------
        ValueError
            As `matrix`, or when there is not one group per actor, or a tie stands where none could.
        """
        matrix = self.matrix(wave)
        walls = Possible.of(matrix, self.homes or None, crosses=self.crosses)
        return walls if groups is None else Possible(walls.cells, group_codes(groups, len(self.actors)))

    def graph(self, wave: Hashable, *, threshold: float | None = None, self_ties: bool = False) -> nx.DiGraph:
        """Return one wave as a directed graph.

        Parameters
        ----------
        wave, threshold, self_ties
            As in `matrix`, which also says what is raised.

        Returns
        -------
        networkx.DiGraph
            All actors as nodes, with attributes ``present`` and ``answered``; an edge for every cell of
            `matrix` that is neither 0 nor missing, its ``value`` as reported (also under a threshold). A
            graph cannot tell a missing tie from none: use the node attributes, or `matrix`.
        """
        matrix = self.matrix(wave, threshold=threshold, self_ties=self_ties)
        place = self.waves.index(wave)
        graph = nx.DiGraph(relation=self.relation, wave=wave)
        for node, actor in enumerate(self.actors):
            graph.add_node(
                actor, present=bool(self.present[place, node]), answered=bool(self.answered[place, node])
            )
        for sender, receiver in np.argwhere(np.nan_to_num(matrix)):
            value = float(self.values[place, sender, receiver])
            graph.add_edge(self.actors[sender], self.actors[receiver], value=value)
        return graph
