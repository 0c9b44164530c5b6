"""The desk: what one country's operators at the centre can see and do.

desk       the facade the pages call
view       the plain values it returns
form       what a form got wrong
"""

from hub.desk.desk import ALERT_FORM, SEARCH_FORM, Desk
from hub.desk.form import FormError

__all__ = ["ALERT_FORM", "SEARCH_FORM", "Desk", "FormError"]
