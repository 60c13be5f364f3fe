-- role: kpix_auth
-- What the application's role may call. EXECUTE was revoked from PUBLIC by default privileges.
grant usage on schema auth to kpix_owner, kpix_app;
revoke execute on all functions in schema auth, private from public;
grant execute on function
    auth.begin(bytea), auth.rotate(bytea), auth.logout(),
    auth.login_params(text), auth.login_submit(text, bytea, bytea, boolean, text), auth.login_claim(uuid),
    auth.initialized(), auth.set_password(bytea), auth.create_user(uuid, text, text, bytea, text[]),
    auth.org(), auth.user_id(), auth.scope(text), auth.everywhere(text), auth.owners(text),
    auth.reach(text[]), auth.org_with(text), auth.org_unlimited(text),
    auth.my_teams(), auth.led_teams(), auth.managed_teams(), auth.near_dashboards(), auth.dashboards(text), auth.kpis(text), auth.single_kpis(text), auth.assigned(), auth.shared()
    to kpix_app;
grant execute on function
    auth.lock(), auth.leave(bytea), auth.sessions(), auth.user_sessions(uuid),
    auth.revoke_session(uuid), auth.revoke_sessions(uuid)
    to kpix_app;
grant execute on function
    auth.emails(), auth.rename_user(uuid, text), auth.set_active(uuid, boolean),
    auth.invite_user(uuid, text, text, text[], bytea), auth.issue_code(uuid, bytea),
    auth.redeem_code(text, bytea, bytea, bytea, boolean), auth.change_email(text, bytea),
    auth.assign_role(uuid, uuid), auth.unassign_role(uuid, uuid),
    auth.create_role(uuid, text, text, jsonb),
    auth.update_role(uuid, integer, text, text, jsonb), auth.delete_role(uuid, integer)
    to kpix_app;
grant execute on function
    auth.shares_until(uuid), auth.set_visibility(uuid, text), auth.transfer_dashboard(uuid, uuid),
    auth.dashboard_access(uuid)
    to kpix_app;
grant execute on function
    auth.comment_readers(uuid, uuid[]), auth.mention(uuid, uuid[], uuid[]), auth.delete_comment(uuid)
    to kpix_app;
grant execute on function private.place_comment(), private.keep_comment() to kpix_owner;
grant execute on function auth.raise_due() to kpix_app;
grant execute on function
    private.tell_statuses(), private.tell_assigned(), private.tell_comments(), private.tell_mentions(),
    private.tell_new_actions(), private.tell_given_actions()
    to kpix_owner;
grant execute on function
    auth.search(text, text[], text, uuid, timestamptz, timestamptz), auth.search_marks(text, text[])
    to kpix_app;
grant execute on function private.search_inserted(), private.search_updated() to kpix_owner;
grant execute on function
    auth.create_organization(uuid, text, text, text, uuid, text, text, bytea), auth.user_id(),
    private.audit_row(), private.audit_values_inserted(), private.audit_values_updated(),
    private.keep_revision(), private.refuse_version(), private.check_written_values(), private.check_values_again()
    to kpix_owner;
grant execute on function
    private.check_plan_family(), private.check_plan_criterion(), private.check_given_plans(), private.judge_plan(),
    private.judge_plans(), private.keep_plan_change()
    to kpix_owner;
-- Live: who listens, who asks, and who has changed what.
grant execute on function auth.listen(), auth.changes(timestamptz), auth.latest_changes() to kpix_app;
grant execute on function private.tell_values(), private.tell_changes() to kpix_owner;
-- The operator's: kpix db rescue, prune-audit, logins, grant-login, revoke-login.
grant execute on function
    auth.rescue_user(text, text, bytea), auth.old_audit(date), auth.prune_audit(date), auth.login_sessions(), auth.end_login_sessions(name)
    to kpix_owner;
-- Where KPIs stand.
grant execute on function private.keep_states(), private.keep_state() to kpix_owner;
