"""Three fictional companies, one per scene, as the export files of their systems. Nobody real is meant.

`generate(company, folder)` writes the files of one of `COMPANIES`; the same bytes each time, on every machine. Nothing
in them comes from a clock: the data end on 31 December 2025, the CRM's begin in July 2023, the others' in January 2024.

**How a story is planted.** Rows are simulated forward, one chance after the other, and the *fix* of a story
changes chances from its day on; KPIs then move because rows do. Chances are drawn in strata
(`kpi.demo.seeded`), so that sums over a quarter come out as intended though single rows look random. What the
source case does not say is decided here:

- `demo_b2b`, fix on 1 January 2025. Before it, 60 % of leads are visited (target 70 %) and decision makers are
  reached in two deals of three (target 80 %); the Southwest drives most of it, besides Sun Bo (visits) and Xu
  Jing (decision makers). Winning hangs on the decision maker. After it both stand over target; the win rate
  (won of decided, by closing date) gains 30 % *relative* and the median cycle of won deals loses 20 %, in each
  half of 2025 against the same half of 2024. Leads (over 150 each month), proposals (70 % pass) and collection
  (95–99 %) are fine throughout. Zhao Qian's proposals and He Jun's answering times are personal weak spots that
  the fix leaves as they are. Deals are open at the end; a twentieth of those not won is never closed by
  anybody.
- `demo_b2c`, page fix on 1 April 2025, loyalty offer from 1 July 2025. On the channel 小程序商城 few product viewers
  order: 2.6 % of visitors against 4.3–5.2 % elsewhere online (target 3.5 %); after the fix 3.8 %, that is 1.2
  *points*. Its monthly sales gain 15 % only, because the newly convinced buy smaller packs and paid traffic
  that never bought is dropped. Repurchase is read per calendar *quarter* (buyers with two paid orders in it):
  22 %, with the offer 5 % *relative* more. Stock covers 5–6.5 days of sales, in the stores 11.5 (target 7). The
  daily totals are the whole brand's, the main channel has over 500,000 visitors each month (daily visitors
  added up). Orders, lines and stock are those of one sample warehouse, about one order in 340; events are one
  online visitor in 6,000, and those among them who order are orders of the warehouse. Levels of money and
  traffic must therefore be read from the totals (`Company.reads`), rates may be read from either.
- `demo_saas`, fix on 1 July 2025. Of started trials 36 % reach the product's key action, 24 % of those from
  paid search. Within three months trial conversion (paid within 30 days of the trial's start) gains 8 %
  *relative* (20.8 % → 22.4 %), the share of due contracts that renew 6 % *relative* (81 % → 86.5 %), and sales
  (payments collected, prepaid terms included) stand 20 % over the same quarter of the year before. Nina Brandt
  follows up late and signs less, before and after.
"""

from kpi.demo.companies import COMPANIES, generate
from kpi.demo.company import Company, Goal
from kpi.demo.loading import load_demo

__all__ = ["COMPANIES", "Company", "Goal", "generate", "load_demo"]
