"""Three diffusion studies: against another program's export, against the nominations, and by hand."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csc_matrix

from analysis.files import DATA_RAW
from analysis.sources.diffusion_classics import tables
from analysis.sources.rdata_files import read_objects
from analysis.tables.faults import Fault, InvalidInput
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked

MED, KOR, BRA = "medInnovationsDiffNet", "kfamilyDiffNet", "brfarmersDiffNet"
RELATIONS = {MED: "medical_innovation", KOR: "korean_family_planning", BRA: "brazilian_farmers"}
PREFIXES = {MED: "med", KOR: "kor", BRA: "bra"}
NOMINATIONS = {MED: r"net\d_\d", KOR: r"net[1-8][1-5]", BRA: r"net\d\d"}
EXPORTS = {
    MED: ("med_toa.csv", "med_graph_t1_edgelist.csv"),
    KOR: ("kfamilyDiffNet_toa.csv", "kfamilyDiffNet_graph_t1_edgelist.csv"),
    BRA: ("brfarmersDiffNet_toa.csv", "brfarmersDiffNet_graph_t1_edgelist.csv"),
}


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "diffusion_classics" / "datapackage.json")


@pytest.fixture(scope="module")
def raw(data_mirror: Path) -> dict[str, Any]:
    """Return the three published objects."""
    folder = data_mirror / "diffusion_classics"
    return {name: read_objects(folder / f"{name}.rdata", (name,), [])[name] for name in RELATIONS}


@pytest.fixture(scope="module")
def real(data_mirror: Path, package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the checked tables of the published files."""
    return checked(tables(data_mirror / "diffusion_classics", package), package)


def people(real: dict[str, pd.DataFrame], study: str) -> pd.DataFrame:
    """Return the people of a study, in order, with time of adoption and whether it was censored."""
    actors = real["actors"][real["actors"]["actor_id"].str.startswith(PREFIXES[study])]
    return actors.merge(real["adoptions"], left_on="actor_id", right_on="adopter_id", validate="1:1")


def matrix(real: dict[str, pd.DataFrame], study: str) -> np.ndarray:
    """Return the network of a study, its people in order."""
    place = {name: number for number, name in enumerate(people(real, study)["actor_id"])}
    ties = real["ties"][real["ties"]["relation"] == RELATIONS[study]]
    network = np.zeros((len(place), len(place)))
    network[ties["sender_id"].map(place), ties["receiver_id"].map(place)] = ties["value"]
    return network


def numbers(found: Mapping[str, Any]) -> np.ndarray:
    """Return the file's identifiers as numbers, in the order of its network."""
    return np.array([int(label) for label in found["meta"]["ids"].tolist()])


def mean_threshold(network: np.ndarray, period: np.ndarray) -> float:
    """Return the mean share of those named who had adopted when the person did (none named: 0)."""
    named = network > 0
    before = (named & (period[None, :] <= period[:, None])).sum(axis=1)
    return float(np.mean(before / np.maximum(named.sum(axis=1), 1)))


@pytest.mark.parametrize(
    ("study", "size", "homes", "innovation", "last", "never", "ties", "mentions", "highest"),
    [
        (MED, 125, 4, "tetracycline", 17, 16, 294, 450, 3),
        (KOR, 1047, 25, "family_planning", 10, 374, 4999, 16436, 8),
        (BRA, 692, 11, "hybrid_corn", 1964, 152, 1854, 2860, 6),
    ],
)
def test_counts_of_each_study(
    real: dict[str, pd.DataFrame],
    study: str,
    size: int,
    homes: int,
    innovation: str,
    last: int,
    never: int,
    ties: int,
    mentions: int,
    highest: int,
) -> None:
    own = people(real, study)
    assert (len(own), own["organization_id"].nunique()) == (size, homes)
    assert set(own["innovation"]) == {innovation}
    assert own["censored"].sum() == never
    assert set(own["adopted_on"][own["censored"] == 1]) == {last}
    assert own["adopted_on"].max() == last
    network = real["ties"][real["ties"]["relation"] == RELATIONS[study]]
    assert (len(network), network["value"].sum(), network["value"].max()) == (ties, mentions, highest)
    assert (network["sender_id"] != network["receiver_id"]).all()


def test_kinds_of_communities(real: dict[str, pd.DataFrame]) -> None:
    assert Counter(real["organizations"]["kind"]) == {"city": 4, "village": 36}
    assert Counter(people(real, MED)["organization_id"]) == {
        "med_city_1": 62,
        "med_city_2": 24,
        "med_city_3": 21,
        "med_city_4": 18,
    }


@pytest.mark.parametrize("study", [MED, BRA])
def test_every_time_and_tie_of_the_other_programs_export_returns(
    real: dict[str, pd.DataFrame], raw: dict[str, Any], reference_folder: Path, study: str
) -> None:
    times, edges = (pd.read_csv(reference_folder / "netdiffuser" / name) for name in EXPORTS[study])
    own = people(real, study)
    assert times["id"].tolist() == numbers(raw[study]).tolist()
    assert (own["adopted_on"] + own["censored"]).tolist() == times["toa"].tolist()
    network = np.zeros((len(own), len(own)))
    network[edges["i"] - 1, edges["j"] - 1] = edges["x"]
    np.testing.assert_array_equal(matrix(real, study), network)


def test_the_korean_export_has_the_same_ties_and_gives_the_times_to_the_wrong_women(
    real: dict[str, pd.DataFrame], raw: dict[str, Any], reference_folder: Path
) -> None:
    times, edges = (pd.read_csv(reference_folder / "netdiffuser" / name) for name in EXPORTS[KOR])
    identifiers = numbers(raw[KOR])
    assert times["id"].tolist() == identifiers.tolist() == sorted(identifiers.tolist(), key=str)
    own = people(real, KOR)
    period = (own["adopted_on"] + own["censored"]).to_numpy(dtype=int)
    # The times run in the order of the numbers, their labels in that of the text.
    assert period.tolist() == times["toa"].tolist()
    order = np.argsort(identifiers)
    network = np.zeros((len(own), len(own)))
    network[edges["i"] - 1, edges["j"] - 1] = edges["x"]
    np.testing.assert_array_equal(matrix(real, KOR), network[np.ix_(order, order)])
    labelled = times.set_index("id")["toa"][np.sort(identifiers)].to_numpy()
    assert (labelled != period).sum() == 866
    # The other program's own figure is that of the wrong pairing.
    results = json.loads((reference_folder / "netdiffuser" / "netdiffuser_results.json").read_text())
    stated = results["kfamilyDiffNet_threshold_mean"]
    assert mean_threshold(matrix(real, KOR), labelled) == pytest.approx(stated, abs=1e-9)
    assert mean_threshold(matrix(real, KOR), period) == pytest.approx(0.6286, abs=5e-5)


def test_the_network_row_gives_back_the_other_programs_pairing(
    real: dict[str, pd.DataFrame], raw: dict[str, Any], reference_folder: Path
) -> None:
    results = json.loads((reference_folder / "netdiffuser" / "netdiffuser_results.json").read_text())
    for study in (MED, KOR, BRA):
        rows = people(real, study)["network_row"].to_numpy(dtype=int)
        assert sorted(rows) == list(range(1, len(rows) + 1))
        assert numbers(raw[study])[rows - 1].tolist() == sorted(numbers(raw[study]).tolist())
        assert (rows == np.arange(1, len(rows) + 1)).all() == (study != KOR)
    own = people(real, KOR)
    period = (own["adopted_on"] + own["censored"]).to_numpy(dtype=int)
    rows = own["network_row"].to_numpy(dtype=int)
    assert (rows != np.arange(1, 1048)).all(), "no woman stands in her own place"
    assert (period[rows - 1] != period).sum() == 866
    found = mean_threshold(matrix(real, KOR), period[rows - 1])
    assert found == pytest.approx(results["kfamilyDiffNet_threshold_mean"], abs=1e-9)
    assert found == pytest.approx(0.58446, abs=5e-6)


def test_traits_are_the_physicians_alone_as_in_both_files(
    real: dict[str, pd.DataFrame], reference_folder: Path
) -> None:
    assert Counter(people(real, MED)["professional_age"].dropna()) == {
        1: 17,
        2: 14,
        3: 18,
        4: 36,
        5: 22,
        6: 17,
    }
    exported = pd.read_csv(reference_folder / "netdiffuser" / "medInnovations.csv")["proage"]
    ours = people(real, MED)["professional_age"]
    assert Counter(ours.dropna()) == {1: 17, 2: 14, 3: 18, 4: 36, 5: 22, 6: 17}
    assert ours.isna().sum() == exported.isna().sum() == 1
    np.testing.assert_array_equal(ours.astype(float), exported)
    for study in (KOR, BRA):
        assert people(real, study)[["professional_age", "belief_in_science"]].isna().all(axis=None)
    belief = pd.read_csv(reference_folder / "netdiffuser" / "medInnovations.csv")["belief"]
    np.testing.assert_array_equal(people(real, MED)["belief_in_science"].astype(float), belief)


@pytest.mark.parametrize(("study", "key"), [(MED, "threshold_mean"), (BRA, f"{BRA}_threshold_mean")])
def test_mean_thresholds_of_the_other_program_return(
    real: dict[str, pd.DataFrame], reference_folder: Path, study: str, key: str
) -> None:
    results = json.loads((reference_folder / "netdiffuser" / "netdiffuser_results.json").read_text())
    own = people(real, study)
    period = (own["adopted_on"] + own["censored"]).to_numpy(dtype=int)
    assert mean_threshold(matrix(real, study), period) == pytest.approx(results[key], abs=1e-9)


@pytest.mark.parametrize("study", [MED, KOR, BRA])
def test_ties_are_the_nominations_of_the_person_they_start_from(
    real: dict[str, pd.DataFrame], raw: dict[str, Any], study: str
) -> None:
    rows = raw[study]["vertex.static.attrs"]
    identifiers = sorted(numbers(raw[study]).tolist())
    if study == KOR:
        # Here the rows say themselves whose they are.
        assert (rows["area1"].astype(int) * 1000 + rows["id1"].astype(int)).tolist() == identifiers
    place = {identifier: number for number, identifier in enumerate(identifiers)}
    counted = np.zeros((len(place), len(place)))
    for column in rows.columns:
        if re.fullmatch(NOMINATIONS[study], str(column)):
            named = rows[column].astype("Float64")
            for sender, receiver in enumerate(named.tolist()):
                if not pd.isna(receiver) and place[int(receiver)] != sender:
                    counted[sender, place[int(receiver)]] += 1
    np.testing.assert_array_equal(matrix(real, study), counted)


def test_nobody_names_anyone_of_another_community(real: dict[str, pd.DataFrame]) -> None:
    home = real["actors"].set_index("actor_id")["organization_id"]
    ties = real["ties"]
    assert (ties["sender_id"].map(home) == ties["receiver_id"].map(home)).all()


def test_times_are_those_that_the_people_s_own_rows_give(
    real: dict[str, pd.DataFrame], raw: dict[str, Any]
) -> None:
    for study, column in ((MED, "adopt"), (KOR, "ado"), (BRA, "adopt")):
        own = people(real, study)
        stated = raw[study]["vertex.static.attrs"][column].astype(int).tolist()
        assert (own["adopted_on"] + own["censored"]).tolist() == stated


def test_no_identifier_or_text_of_the_files_comes_out(
    real: dict[str, pd.DataFrame], raw: dict[str, Any]
) -> None:
    texts: set[str] = set()
    for found in raw.values():
        texts |= {str(label) for label in found["meta"]["ids"].tolist()}
        attributes = found["vertex.static.attrs"]
        for column in attributes.columns:
            if not pd.api.types.is_numeric_dtype(attributes[column]):
                texts |= set(attributes[column].dropna().astype(str))
    assert len(texts) > 1_600
    written = [frame.select_dtypes("string").to_numpy().ravel() for frame in real.values()]
    assert not {str(cell) for cells in written for cell in cells} & texts


def sparse(cells: Sequence[Sequence[float]]) -> SimpleNamespace:
    """Return a matrix as R's Matrix package keeps it."""
    packed = csc_matrix(np.array(cells, float))
    return SimpleNamespace(i=packed.indices, p=packed.indptr, x=packed.data, Dim=list(packed.shape))


def diffusion(ids: list[str], periods: list[int], attributes: dict[str, list[float]]) -> dict[str, Any]:
    """Return a diffusion network of three people in which the first names the second, twice."""
    graph = sparse([[0, 2, 0], [0, 0, 0], [0, 0, 0]])
    return {
        "graph": {"1": graph, "2": graph},
        "toa": np.array(periods),
        "vertex.static.attrs": pd.DataFrame(attributes),
        "meta": {"ids": np.array(ids)},
    }


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return three objects by hand, which the importer then reads in place of files."""
    by_hand = {
        MED: diffusion(
            ["1001", "1002", "2001"],
            [1, 18, 17],
            {"city": [1.0, 1.0, 2.0], "proage": [6.0, np.nan, 1.0], "belief": [0.0, 2.0, np.nan]},
        ),
        # As text, 10002 comes before 1003; the rows and times are those of 1003, 9001 and 10002.
        KOR: diffusion(["10002", "1003", "9001"], [4, 11, 10], {"village": [1.0, 9.0, 10.0]}),
        BRA: diffusion(["1001", "1002", "2201"], [1946, 1965, 1964], {"village": [10.0, 10.0, 22.0]}),
    }

    def read(path: Path, names: Sequence[str], faults: list[Fault]) -> dict[str, Any]:
        return {name: by_hand[name] for name in names}

    monkeypatch.setattr("analysis.sources.diffusion_classics.read_objects", read)
    return by_hand


def test_three_people_a_study_by_hand(objects: dict[str, Any], package: DataPackage) -> None:
    found = checked(tables(Path("nowhere"), package), package)
    assert found["adoptions"].to_numpy().tolist() == [
        ["tetracycline", "med_1", 1, 0],
        ["tetracycline", "med_2", 17, 1],
        ["tetracycline", "med_3", 17, 0],
        ["family_planning", "kor_1", 4, 0],
        ["family_planning", "kor_2", 10, 1],
        ["family_planning", "kor_3", 10, 0],
        ["hybrid_corn", "bra_1", 1946, 0],
        ["hybrid_corn", "bra_2", 1964, 1],
        ["hybrid_corn", "bra_3", 1964, 0],
    ]
    ends = found["ties"][["relation", "sender_id", "receiver_id", "value"]].to_numpy().tolist()
    assert ends == [
        ["medical_innovation", "med_1", "med_2", 2.0],
        ["korean_family_planning", "kor_3", "kor_1", 2.0],
        ["brazilian_farmers", "bra_1", "bra_2", 2.0],
    ]
    own = found["actors"].set_index("actor_id")
    assert own["professional_age"].dropna().to_dict() == {"med_1": 6, "med_3": 1}
    assert own["belief_in_science"].dropna().to_dict() == {"med_1": 0, "med_2": 2}
    # The identifiers in order are 1003, 9001 and 10002.
    assert own["network_row"].tolist() == [1, 2, 3, 2, 3, 1, 1, 2, 3]
    homes = own["organization_id"]
    assert homes[["med_2", "med_3", "kor_3", "bra_3"]].tolist() == [
        "med_city_1",
        "med_city_2",
        "kor_village_3",
        "bra_village_2",
    ]


def test_every_fault_of_the_three_objects_comes_at_once(
    objects: dict[str, Any], package: DataPackage
) -> None:
    objects[MED]["toa"] = np.array([1, 19, 17])
    objects[MED]["graph"]["2"] = sparse([[0, 2, 0], [0, 0, 1], [0, 0, 0]])
    objects[KOR]["vertex.static.attrs"] = pd.DataFrame({"village": [10.0, 1.0, 9.0]})
    objects[KOR]["meta"] = {"ids": np.array(["10002", "1003", "9001"])}
    del objects[BRA]["toa"], objects[BRA]["meta"]
    with pytest.raises(InvalidInput) as caught:
        tables(Path("nowhere"), package)
    village = f"{KOR}$vertex.static.attrs$village"
    order = "as in the identifiers, which run in the order of their numbers"
    assert [str(fault) for fault in caught.value.faults] == [
        f"{MED}.rdata, column {MED}$graph$2: found another network; allowed: the network of the first period",
        f"{MED}.rdata, row 2, column {MED}$toa[2]: found 19; allowed: a number from 1 to 18",
        f"{KOR}.rdata, row 1, column {village}: found 10; allowed: 1, {order}",
        f"{KOR}.rdata, row 2, column {village}: found 1; allowed: 9, {order}",
        f"{KOR}.rdata, row 3, column {village}: found 9; allowed: 10, {order}",
        f"{BRA}.rdata, column {BRA}$toa: found no such part; allowed: a diffusion network (diffnet)",
        f"{BRA}.rdata, column {BRA}$meta: found no such part; allowed: a diffusion network (diffnet)",
    ]


@pytest.mark.parametrize(
    ("part", "value", "told"),
    [
        ("meta", {"ids": np.array(["one", "two", "three"])}, "found 3 labels; allowed: whole numbers"),
        ("meta", 7, "found 0 labels; allowed: whole numbers"),
        ("graph", {}, "found no matrices; allowed: a list with a matrix per period"),
        ("graph", {"1": 7}, "found an object of kind int"),
        ("toa", np.array([1, 2]), "found 2 numbers; allowed: a matrix of numbers, 3"),
        (
            "vertex.static.attrs",
            pd.DataFrame({"city": [1.0], "proage": [1.0], "belief": [1.0]}),
            "found 1 rows; allowed: 3, one a person",
        ),
        (
            "vertex.static.attrs",
            pd.DataFrame({"town": [1.0], "proage": [1.0], "belief": [1.0]}),
            "attrs$city: found no column",
        ),
        (
            "vertex.static.attrs",
            pd.DataFrame({"city": [1.0, 1.0, 2.0], "belief": 0.0}),
            "attrs$proage: found no column",
        ),
        (
            "vertex.static.attrs",
            pd.DataFrame({"city": [1.0, 1.0, 2.0], "proage": [1.0, 7.0, 2.0], "belief": 0.0}),
            "row 2, column medInnovationsDiffNet$vertex.static.attrs$proage: found 7; "
            "allowed: a number from 1 to 6",
        ),
        (
            "vertex.static.attrs",
            pd.DataFrame({"city": [1.0, 1.0, 2.0], "proage": ["a", "b", "c"], "belief": 0.0}),
            "attrs$proage: found cells of kind",
        ),
    ],
)
def test_each_part_that_is_not_what_it_should_be_is_a_fault(
    objects: dict[str, Any], package: DataPackage, part: str, value: object, told: str
) -> None:
    objects[MED][part] = value
    with pytest.raises(InvalidInput) as caught:
        tables(Path("nowhere"), package)
    assert told in str(caught.value)


def test_half_a_group_of_professional_age_is_no_group(objects: dict[str, Any], package: DataPackage) -> None:
    ages = pd.DataFrame({"city": [1.0, 1.0, 2.0], "proage": [1.0, 2.5, 2.0], "belief": [0.0] * 3})
    objects[MED]["vertex.static.attrs"] = ages
    with pytest.raises(InvalidInput, match=r"row 3, column professional_age: found '2\.5'; allowed: an"):
        checked(tables(Path("nowhere"), package), package)


def test_missing_files_are_three_faults(tmp_path: Path, package: DataPackage) -> None:
    with pytest.raises(InvalidInput) as caught:
        tables(tmp_path, package)
    assert [str(fault) for fault in caught.value.faults] == [
        f"{name}.rdata: found no such file; allowed: run `make data`" for name in (MED, KOR, BRA)
    ]
