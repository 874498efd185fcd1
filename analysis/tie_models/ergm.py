"""p* models with triads, fitted by simulation through the optional package ergmx.

Pseudo-likelihood (`pstar`) understates the uncertainty of models in which ties depend on each other. Monte
Carlo maximum likelihood (Geyer & Thompson 1992, JRSS B 54, 657-699; Hunter & Handcock 2006, J. Comp. Graph.
Statistics 15, 565-583) does not, but needs a sampler, and not every model that can be written down can be
fitted: where the observed network is not among those the model produces, it is *degenerate* (Handcock 2003)
and there are no estimates. Such fits are kept in the results with the reason, never dropped.

ergmx (GPL-3) is no dependency of this project. It is installed in an environment of its own, in which

    python -m analysis.tie_models.ergm --models MODELS.json --out FILE.json

fits the models of one network, beside it their settings, seed, versions and the network's digest. Only numpy,
pandas, networkx and ergmx are needed for that. Which network and which models is said in a file beside the
study that asks for them (see `models_of`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import platform
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.files import write_atomically
from analysis.result import Result
from analysis.tables.load import load
from analysis.tie_models.change_statistics import (
    Term,
    cyclic_triples,
    edge_covariate,
    edges,
    gwesp,
    in_stars,
    match,
    mutual,
    out_stars,
    read_network,
    receiver,
    sender,
    transitive_ties,
    transitive_triples,
    two_paths,
)
from analysis.ties.panel import Panel

__all__ = ["MonteCarloFit", "ergm_mcmc", "main", "models_of"]

# A fixed number of chains: the default follows the machine's cores, and results would follow it too.
DEFAULT_SETTINGS = {"n_chains": 2, "samplesize": 2048, "interval": 1024, "burnin": 16384, "max_iter": 30}

_NAMES = {
    "edges": "edges",
    "mutual": "mutual",
    "transitive_triples": "ttriple",
    "transitive_ties": "transitiveties",
    "cyclic_triples": "ctriple",
    "two_paths": "twopath",
    "out_stars": "ostar(2)",
    "in_stars": "istar(2)",
    "sender": "nodeocov",
    "receiver": "nodeicov",
    "match": "nodematch",
    "edge_covariate": "edgecov",
}

_BARE: dict[str, Callable[[], Term]] = {
    maker.__name__: maker
    for maker in (
        *(edges, mutual, transitive_triples, transitive_ties, cyclic_triples, two_paths),
        *(out_stars, in_stars),
    )
}


def _either(values: Any) -> Term:
    """A number of each actor, for every tie the actor sends or receives."""
    own = np.asarray(values, dtype=float)
    return edge_covariate(own[:, None] + own)


_OF_ACTORS: dict[str, Callable[[Any], Term]] = {
    "sender": sender,
    "receiver": receiver,
    "either": _either,
    "match": match,
}


@dataclass(frozen=True, repr=False, eq=False)
class MonteCarloFit(Result):
    """A p* model fitted by simulation, or the reason why it could not be.

    Attributes
    ----------
    terms : names, in the order asked for
    formula : what was given to ergmx
    estimates, standard_errors : (k,), the errors with the Monte Carlo error in them; NaN when there are none
    monte_carlo_errors : (k,), the standard error of the estimates' simulation alone; NaN when there is none
    converged : whether the program's criterion was met; estimates of a fit that is not are no results
    message : why not; empty otherwise
    method : "MCMLE", or "MLE" when the model is so simple that ergmx needs no simulation
    iterations : of Monte Carlo maximum likelihood; 0 when it failed
    seed, settings : as asked for
    log_likelihood, log_likelihood_error : where asked for, and its simulation's standard error; NaN otherwise
    """

    terms: tuple[str, ...]
    formula: str
    estimates: NDArray[np.float64]
    standard_errors: NDArray[np.float64]
    monte_carlo_errors: NDArray[np.float64]
    converged: bool
    message: str
    method: str
    iterations: int
    seed: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    log_likelihood: float = math.nan
    log_likelihood_error: float = math.nan

    def tidy(self) -> pd.DataFrame:
        """Return one row per term: estimate, standard error, ratio, simulation error, convergence."""
        return pd.DataFrame(
            {
                "term": self.terms,
                "estimate": self.estimates,
                "standard_error": self.standard_errors,
                "ratio": self.estimates / self.standard_errors,
                "monte_carlo_error": self.monte_carlo_errors,
                "converged": self.converged,
            }
        )

    def summary(self) -> str:
        """Return the terms as text, under a line that says whether they may be used."""
        state = (
            f"converged after {self.iterations} iterations"
            if self.converged
            else f"NOT CONVERGED, not to be reported as results: {self.message.splitlines()[0]}"
        )
        table = self.tidy().drop(columns="converged").to_string(index=False, float_format="{:.4f}".format)
        return f"p* model, Monte Carlo maximum likelihood (ergmx, seed {self.seed})\n{state}\n\n{table}"


def ergm_mcmc(
    matrix: ArrayLike | pd.DataFrame,
    terms: Mapping[str, Term],
    *,
    seed: int,
    settings: Mapping[str, Any] | None = None,
    likelihood: bool = False,
) -> MonteCarloFit:
    """Fit a directed p* model by Monte Carlo maximum likelihood.

    Parameters
    ----------
    matrix : (n, n) array or data frame of 0, 1 and NaN; missing ties are integrated out as missing at random
    terms : named terms of `change_statistics`
    seed : of the simulation
    settings : of `ergmx.Control`, added to this module's; the number of chains changes results
    likelihood : whether the log-likelihood is estimated too, by simulation along a path from no model

    Raises
    ------
    ModuleNotFoundError
        If ergmx is not installed: the message says how to have it.
    ValueError
        If the matrix is no network, or a term cannot be handed to ergmx. A degenerate model or one that does
        not converge is no error: see `MonteCarloFit.converged`.
    """
    try:
        import ergmx  # type: ignore[import-not-found, unused-ignore]
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "simulated p* models need the optional package ergmx, in an environment of its own: "
            "`make ergm` builds it from requirements-ergm.lock"
        ) from error
    network, formula = _translate(matrix, terms)
    chosen = {**DEFAULT_SETTINGS, **(settings or {})}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            fit = ergmx.ergm(network, formula, seed=seed, eval_loglik=likelihood, **chosen)
        except RuntimeError as error:
            # ergmx's DegeneracyError is a RuntimeError; its first lines say what happened.
            nothing = np.full(len(terms), np.nan)
            reason = str(error).strip()
            return MonteCarloFit(
                tuple(terms), formula, nothing, nothing, nothing, False, reason, "MCMLE", 0, seed, chosen
            )
    told = "\n".join(dict.fromkeys(str(warning.message) for warning in caught))
    table = fit.to_frame()
    errors = table["Std. Error"].to_numpy(float)
    share = table["MCMC %"].to_numpy(float) / 100 if "MCMC %" in table else np.zeros(len(terms))
    return MonteCarloFit(
        tuple(terms),
        formula,
        np.array(list(fit.coef.values()), dtype=float),
        errors,
        errors * np.sqrt(share),
        bool(fit.converged),
        "" if fit.converged else told or "the criterion of convergence was not met",
        str(fit.method),
        int(fit.iterations),
        seed,
        chosen,
        float(fit.loglik) if likelihood else math.nan,
        float(fit.loglik_se) if likelihood else math.nan,
    )


def _translate(matrix: ArrayLike | pd.DataFrame, terms: Mapping[str, Term]) -> tuple[nx.DiGraph, str]:
    """Return the network with its covariates as attributes, and the model in ergmx's formulas."""
    _, values = read_network(matrix)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(values)))
    graph.add_edges_from((int(i), int(j)) for i, j in np.argwhere(values == 1))
    graph.add_edges_from(((int(i), int(j)) for i, j in np.argwhere(np.isnan(values))), na=True)
    parts, faults = [], []
    for position, (name, term) in enumerate(terms.items()):
        attribute = f"covariate{position}"
        if term.kind == "gwesp":
            parts.append(f"gwesp({term.decay!r}, fixed=TRUE)")
        elif term.kind not in _NAMES:
            faults.append(f"{name!r} ({term.kind}) has no counterpart here for directed ties")
        elif term.values is None:
            parts.append(_NAMES[term.kind])
        elif term.values.shape != ((len(values),) * (2 if term.kind == "edge_covariate" else 1)):
            faults.append(f"{name!r}: values have shape {term.values.shape} in a network of {len(values)}")
        else:
            parts.append(f"{_NAMES[term.kind]}('{attribute}')")
            if term.kind == "edge_covariate":
                graph.graph[attribute] = term.values
            else:
                listed = dict(enumerate(term.values.tolist()))
                nx.set_node_attributes(graph, listed, attribute)
    if faults or not parts:
        raise ValueError("\n".join(faults) or "terms must hold at least one entry")
    return graph, " + ".join(parts)


def models_of(
    specification: Mapping[str, Mapping[str, str | Mapping[str, Any]]], actors: pd.DataFrame
) -> dict[str, dict[str, Term]]:
    """Return the models that a specification names.

    Parameters
    ----------
    specification : mapping
        By model: by the term's name its kind, such as ``"mutual"``, or a mapping of the kind to what it
        needs: a column of `actors` for ``sender``, ``receiver``, ``either`` (both) and ``match``, the decay
        for ``gwesp``.
    actors : DataFrame
        A row per actor, in the order of the network.

    Raises
    ------
    ValueError
        With every term of an unknown kind, or of a column that is not there.

    Examples
    --------
    >>> actors = pd.DataFrame({"male": [0, 1]})
    >>> models = models_of({"men": {"arc": "edges", "men send": {"sender": "male"}}}, actors)
    >>> [(name, term.kind) for name, term in models["men"].items()]
    [('arc', 'edges'), ('men send', 'sender')]
    """
    models: dict[str, dict[str, Term]] = {}
    faults = []
    for model, terms in specification.items():
        models[model] = {}
        for name, given in terms.items():
            kind, what = (given, None) if isinstance(given, str) else next(iter(given.items()))
            if what is None and kind in _BARE:
                models[model][name] = _BARE[kind]()
            elif kind == "gwesp" and isinstance(what, (int, float)):
                models[model][name] = gwesp(what)
            elif kind in _OF_ACTORS and what in actors:
                models[model][name] = _OF_ACTORS[kind](actors[what])
            else:
                faults.append(f"model {model!r}, term {name!r}: found {given!r}")
    if faults:
        allowed = f"{', '.join(_BARE)}; gwesp with a decay; {', '.join(_OF_ACTORS)} with a column of actors"
        raise ValueError("\n".join([*faults, f"allowed: {allowed}"]))
    return models


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit the models of a file to the network it names and write them, with their provenance, as JSON.

    The file is a JSON object: ``dataset``, ``relation``, ``wave``, ``threshold`` (a tie is a value of at
    least this), and ``models`` as `models_of` takes them; with ``likelihood`` true that is estimated too.

    Returns
    -------
    int
        0, also when some fits did not converge (the file says which); 1 without ergmx.
    """
    parser = argparse.ArgumentParser(prog="python -m analysis.tie_models.ergm", description=main.__doc__)
    parser.add_argument("--models", type=Path, required=True, help="file of network and models")
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    asked = json.loads(chosen.models.read_text(encoding="utf-8"))
    tables = load(asked["dataset"])
    panel = Panel.from_tables(tables, relation=asked["relation"])
    matrix = panel.matrix(asked["wave"], threshold=asked["threshold"])
    fits = {}
    for name, terms in models_of(asked["models"], tables["actors"]).items():
        try:
            fits[name] = ergm_mcmc(matrix, terms, seed=chosen.seed, likelihood=asked.get("likelihood", False))
        except ModuleNotFoundError as error:
            print(error, file=sys.stderr)
            return 1
        print(f"{name}\n{fits[name].summary()}\n", flush=True)
    record = {
        **{name: asked[name] for name in ("dataset", "relation", "wave", "threshold")},
        "actors": len(matrix),
        "ties": int(np.nansum(matrix)),
        "network_sha256": hashlib.sha256(np.ascontiguousarray(matrix).tobytes()).hexdigest(),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("ergmx", "networkx", "numpy", "pandas", "scipy")},
        },
        "models": {name: _plain(asdict(fit)) for name, fit in fits.items()},
    }
    write_atomically(chosen.out, json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    return 0


def _plain(value: Any) -> Any:
    """Turn arrays into lists and NaN into null, which JSON has and NaN it has not."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (tuple, list, np.ndarray)):
        return [_plain(part) for part in value]
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    return value


if __name__ == "__main__":
    sys.exit(main())
