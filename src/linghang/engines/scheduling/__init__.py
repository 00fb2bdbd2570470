"""Planning and scheduling 计划调度: finite-capacity schedules."""
