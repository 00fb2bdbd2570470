"""What takes a processor for long is done in a process of its own: those of the API, which the console shares."""

from linghang.api.elsewhere import aside as aside
from linghang.api.elsewhere import elsewhere as elsewhere
from linghang.api.elsewhere import end as end
from linghang.api.elsewhere import once as once
