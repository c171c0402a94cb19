"""Pickles with the class names that other versions of a package wrote."""

import pickle
import types
from collections.abc import Mapping
from typing import ClassVar


def renaming_pickle(names: Mapping[object, str]) -> types.SimpleNamespace:
    """A pickle module for torch.save. names: pickled "module name" by class or function."""
    by_id = {id(value): name for value, name in names.items()}

    class Pickler(pickle._Pickler):
        def save_global(self, obj, name=None):
            if id(obj) not in by_id:
                super().save_global(obj, name)
                return
            module, _, attribute = by_id[id(obj)].partition(" ")
            self.write(pickle.GLOBAL + f"{module}\n{attribute}\n".encode())
            self.memoize(obj)

        dispatch: ClassVar = {
            **pickle._Pickler.dispatch,
            types.FunctionType: save_global,
            type: save_global,
        }

    return types.SimpleNamespace(__name__="renaming", Pickler=Pickler, dump=pickle.dump)
