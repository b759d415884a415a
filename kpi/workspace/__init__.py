"""What people define and load: the home, its workspaces, the manifest of data files, and versioned documents."""

from kpi.workspace.dataset import Column, DataFile, Dataset, Table
from kpi.workspace.documents import Document, read_documents, save_document
from kpi.workspace.home import Home, load_lock, open_home
from kpi.workspace.publish import (
    Load,
    NewFile,
    delete_load,
    find_mapping,
    list_loads,
    publish,
    read_dataset,
    reserve_load_id,
)
from kpi.workspace.workspaces import (
    LOCAL,
    SCENES,
    Workspace,
    create_workspace,
    ensure_local,
    get_workspace,
    list_workspaces,
    set_scene,
    wipe_workspace,
)

__all__ = [
    "LOCAL",
    "SCENES",
    "Column",
    "DataFile",
    "Dataset",
    "Document",
    "Home",
    "Load",
    "NewFile",
    "Table",
    "Workspace",
    "create_workspace",
    "delete_load",
    "ensure_local",
    "find_mapping",
    "get_workspace",
    "list_loads",
    "list_workspaces",
    "load_lock",
    "open_home",
    "publish",
    "read_dataset",
    "read_documents",
    "reserve_load_id",
    "save_document",
    "set_scene",
    "wipe_workspace",
]
