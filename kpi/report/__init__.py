"""Files that people take away: workbooks with definitions, pictures of charts, rows as CSV."""

from kpi.report.picture import picture
from kpi.report.table import in_zone, rows_csv
from kpi.report.tiles import board_tiles, grid_tiles
from kpi.report.workbook import funnel_workbook, scorecard_workbook

__all__ = ["board_tiles", "funnel_workbook", "grid_tiles", "in_zone", "picture", "rows_csv", "scorecard_workbook"]
