-- role: kpix_auth
-- After the policies, under which these rows are written.
select private.sync_builtin_roles();
select private.sync_search();
