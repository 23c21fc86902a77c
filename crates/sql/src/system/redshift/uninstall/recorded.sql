-- The views that were pushed.
SELECT s.view_oid FROM {system}.object_state AS s
