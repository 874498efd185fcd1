"""State policies: published counts, every adoption, topics in names, and every fault of a spoilt file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import rdata

from analysis.files import DATA_RAW
from analysis.sources.rdata_files import read_objects
from analysis.sources.state_policy_diffusion import tables
from analysis.tables.faults import InvalidInput
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked

FILE = "policies.RData"
ADOPTIONS = pd.DataFrame(
    {
        "statenam": ["New York", "Ohio", "Ohio"],
        "policy": ["chartersch", "chartersch", "auto act (2015)"],
        "adopt_year": [1998, 1997, 2016],
    }
)
POLICIES = pd.DataFrame(
    {
        "policy": ["chartersch", "auto act (2015)"],
        "majortopic": ["Education", "Law and Crime"],
        "source": ["planted source", "planted source"],
        "description": ["A planted description", "Another planted description"],
    }
)


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "state_policy_diffusion" / "datapackage.json")


@pytest.fixture(scope="module")
def raw(data_mirror: Path) -> dict[str, pd.DataFrame]:
    """Return the two data frames of the published file."""
    path = data_mirror / "state_policy_diffusion" / FILE
    return read_objects(path, ("policies", "policies_metadata"), [])


@pytest.fixture(scope="module")
def real(data_mirror: Path, package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the checked tables of the published file."""
    return checked(tables(data_mirror / "state_policy_diffusion", package), package)


def test_there_are_17835_adoptions_of_728_policies_by_50_states(real: dict[str, pd.DataFrame]) -> None:
    adoptions = real["adoptions"]
    assert len(adoptions) == 17_835
    assert adoptions["innovation"].nunique() == 728
    assert adoptions["adopter_id"].nunique() == len(real["organizations"]) == 50
    assert set(real["organizations"]["kind"]) == {"state"}
    assert set(adoptions["censored"]) == {0}
    assert (adoptions["adopted_on"].min(), adoptions["adopted_on"].max()) == (1691, 2017)


def test_the_topic_is_what_stands_before_the_first_full_stop(real: dict[str, pd.DataFrame]) -> None:
    topics = real["adoptions"]["innovation"].drop_duplicates().str.split(".").str[0]
    assert topics.nunique() == 20
    assert (topics == "education").sum() == 57
    assert real["adoptions"]["innovation"].str.startswith("education.").sum() == 1_393
    assert (real["adoptions"]["innovation"].str.count(r"\.") == 1).all()


def test_every_adoption_returns(real: dict[str, pd.DataFrame], raw: dict[str, pd.DataFrame]) -> None:
    expected = {
        (policy, state.lower().replace(" ", "_"), int(year))
        for state, policy, year in raw["policies"].itertuples(index=False)
    }
    adoptions = real["adoptions"]
    policies = adoptions["innovation"].str.split(".", n=1).str[1]
    found = set(zip(policies, adoptions["adopter_id"], adoptions["adopted_on"], strict=True))
    assert found == expected
    counts = Counter(policies)
    metadata = raw["policies_metadata"]
    assert counts == dict(zip(metadata["policy"], metadata["adopt_count"], strict=True))


def test_one_first_year_of_the_description_is_not_that_of_the_adoptions(
    real: dict[str, pd.DataFrame], raw: dict[str, pd.DataFrame]
) -> None:
    adoptions = real["adoptions"]
    first = adoptions.groupby(adoptions["innovation"].str.split(".", n=1).str[1])["adopted_on"].min()
    stated = raw["policies_metadata"].set_index("policy")["first_year"]
    differing = stated.index[stated.astype(int) != first[stated.index].astype(int)]
    assert {name: (int(stated[name]), int(first[name])) for name in differing} == {
        "gambling_casino": (1977, 1931)
    }


def test_no_description_nor_source_comes_out(
    real: dict[str, pd.DataFrame], raw: dict[str, pd.DataFrame]
) -> None:
    metadata = raw["policies_metadata"]
    texts = {text.lower() for column in ("description", "source") for text in metadata[column].dropna()}
    names = {name.lower() for name in metadata["policy"]}
    cells = {str(cell).lower() for frame in real.values() for cell in frame.to_numpy().ravel()}
    assert len(texts) > 700
    assert not cells & texts
    parts = {part for cell in cells for part in cell.split(".", 1)}
    # A few acts are described by their own name, which is how the file calls the policy.
    assert parts & texts <= names


def test_two_policies_by_hand_without_the_planted_texts(tmp_path: Path, package: DataPackage) -> None:
    rdata.write_rda(tmp_path / FILE, {"policies": ADOPTIONS, "policies_metadata": POLICIES})
    found = checked(tables(tmp_path, package), package)
    assert found["organizations"]["organization_id"].tolist() == ["new_york", "ohio"]
    assert found["adoptions"].to_numpy().tolist() == [
        ["education.chartersch", "ohio", 1997, 0],
        ["education.chartersch", "new_york", 1998, 0],
        ["law_and_crime.auto act (2015)", "ohio", 2016, 0],
    ]
    assert "planted" not in "".join(frame.to_csv() for frame in found.values())


def test_faults_of_both_data_frames(tmp_path: Path, package: DataPackage) -> None:
    policies = POLICIES.assign(policy=["chartersch", "a.b"], majortopic=["Education", "Law. Crime"])
    rdata.write_rda(tmp_path / FILE, {"policies": ADOPTIONS, "policies_metadata": policies})
    with pytest.raises(InvalidInput) as caught:
        tables(tmp_path, package)
    allowed = "a name without a full stop, which divides topic and policy"
    assert [str(fault) for fault in caught.value.faults] == [
        f"{FILE}, row 2, column policies_metadata$policy: found 'a.b'; allowed: {allowed}",
        f"{FILE}, row 2, column policies_metadata$majortopic: found 'Law. Crime'; allowed: {allowed}",
        f"{FILE}, column policies_metadata$policy: found no policy 'auto act (2015)'; "
        "allowed: each policy that was adopted",
    ]
    rdata.write_rda(
        tmp_path / FILE, {"policies": ADOPTIONS.assign(adopt_year=98), "policies_metadata": POLICIES}
    )
    with pytest.raises(InvalidInput, match="3 faults") as caught:
        tables(tmp_path, package)
    assert "found 98; allowed: a number from 1600 to 2100" in str(caught.value)


def test_a_policy_described_twice_is_a_fault(tmp_path: Path, package: DataPackage) -> None:
    twice = pd.concat([POLICIES, POLICIES.iloc[:1]], ignore_index=True)
    rdata.write_rda(tmp_path / FILE, {"policies": ADOPTIONS, "policies_metadata": twice})
    with pytest.raises(InvalidInput, match=r"row 3, .*found 'chartersch' again; allowed: each policy once"):
        tables(tmp_path, package)


def test_a_page_in_place_of_the_file_is_a_fault(tmp_path: Path, package: DataPackage) -> None:
    (tmp_path / FILE).write_bytes(b"<html></html>")
    with pytest.raises(InvalidInput, match=r"policies.RData: found no R data"):
        tables(tmp_path, package)
