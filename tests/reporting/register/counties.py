"""Small registers as counties really export them, made for the tests. Everybody in them is invented."""

import datetime as dt
import io

from openpyxl import Workbook

TODAY = dt.date(2026, 11, 21)

# Kent: notifications of the Family Support Framework, exported with ISO dates as UTF-8 by a newer system.
KENT = """\
KFSF Notification No,Notification Date,Young Person,D.O.B.,Gender,Ethnic Origin,Post Code,Early Help Unit,Notifier Role,\
Notifying Agency,Kent Support Level,Reason for Notification,Consent to Share,KFSF Completed,Date KFSF Closed,Outcome,Comments
K-1001,2016-04-11,"Okonjo, Ngozi",2009-09-02,Female,Black African,CT1 2AB,Canterbury,Class Teacher,St Example Primary,\
Level 3 - Intensive,"Attendance, Bullying",Yes,2016-05-20,,,
K-1002,2016-04-12,"Whitfield, Sam",2012-12-01,M,White - British,CT9 4ZZ,Thanet,Health Visitor,Kent Community Health NHS,\
Intensive,Housing / Debt,Verbal,,2016-07-01,Stepped up to CSW,"two lines
of notes, with a comma"
K-1003,2016-04-12,"van der Meer, Lotte",EDD 2016-08-30,,Any other White background,CT9 1AA,Thanet,Midwife,EKHUFT,Additional,\
Teenage pregnancy,Yes,,,,
K-1004,2016-04-13,"Petrova, Mila",2010-02-30,F,,CT9 1AB,Thanet,PC,Kent Police,2,DV,Declined by father,,,,
K-1005,2016-13-01,"Petrova, Ana",2010-02-27,F,,CT9 1AB,Thanet,PC,Kent Police,2,DV,Yes,,,,
"""

# Cambridgeshire: semicolons, a BOM, title lines, "Forename" after "Surname" somewhere in the middle, two-figure years.
CAMBRIDGESHIRE = """\
\ufeffCAF LIST - LOCALITIES;;;;;;;;;;;;
Printed 03/02/2013;;;;;;;;;;;;

Locality;CAF no;Forename;Surname;D.O.B;Date CAF started;Date CAF completed;Lead worker;Lead worker agency;Tier;Need 1;Need 2;Consent?
Huntingdon;H/12/001;Ellie-May;St John;4.3.03;12-Sep-12;30-Oct-12;J Smith;Locality Team;T2;Attendance;Parenting skills;Y
HUNTINGDON ;H/12/002;Tom;Peverell;23rd June 2005;14th September 2012;;R Jones;Sawtry Academy;3;ASB;;y
Fenland;F/12/009;Zofia;Łuczak;17/11/07;1 October 2012;02/11/12;;;;Housing;Low income;N
Ely & Soham;E/12/003;Jo;Brand-Reed;31/12/08;03/10/12;;A Khan;Ely Locality;4;Neglect;;yes
;;;;;;;;;;;;
Wisbech;W/12/001;Ada;Moss;01/02/09;Autumn 2012;;;;2;Speech and language;;Y
Fenland;F/12/010;Finn;Moss;01/02/09;03/10/12;;;;2;;;
"""

# An American spreadsheet program: month first, proved by the column; tabs; Excel serial numbers where a format was lost.
MONTH_FIRST = """\
Ref\tLast name\tFirst name\tBirth date\tStart date\tArea\tConsent
1\tHarrow\tKit\t02/25/2011\t06/23/2015\tEast\tY
2\tMarlow\tDee\t03/04/2012\t07/04/2015\tEast\tY
3\tThorne\tAbe\t12/31/2010\t42178\tWest\tY
"""


def workbook(rows, *, sheet="Sheet1", merge=(), others=()) -> bytes:
    """An .xlsx of the rows given; `merge` ranges are merged, `others` are further sheets as (name, rows)."""
    book = Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(row)
    for cells in merge:
        page.merge_cells(cells)
    for name, more in others:
        extra = book.create_sheet(name)
        for row in more:
            extra.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def essex_workbook() -> bytes:
    """A title over merged cells, a district merged down its rows, real dates, numbers as text, a formula, a second
    sheet that is only a list."""
    return workbook(
        [
            ["Family Solutions register 2014/15", None, None, None, None, None, None, None],
            [
                "Quadrant",
                "Family ref",
                "Child name",
                "DOB",
                "Date opened",
                "NHS No",
                "Level",
                "Notes",
                "Consent",
            ],
            [
                "Mid",
                501,
                "Marsh, Ivy",
                dt.datetime(2008, 5, 4),
                dt.datetime(2014, 9, 1),
                9434765919,
                3.0,
                "=1+1",
                "Yes",
            ],
            [
                None,
                502,
                "Reed, Col",
                dt.datetime(2009, 6, 5),
                dt.datetime(2014, 9, 2),
                "9434765919",
                2,
                None,
                "Yes",
            ],
            [None, 503, "Fenn, Una", "5/7/2010", dt.datetime(2014, 9, 3), None, "2-3", None, "Yes"],
            [
                "West",
                504,
                "Wick, Bo",
                dt.datetime(2011, 1, 9),
                dt.datetime(2014, 9, 4, 13, 30),
                None,
                4,
                None,
                True,
            ],
            [None, None, None, None, None, None, None, None],
        ],
        sheet="Register",
        merge=("A1:H1", "A3:A5"),
        others=[("Lists", [["Level", "Name"], [1, "Universal"]])],
    )
