-- role: kpix_auth
-- What the application's role may call. EXECUTE was revoked from PUBLIC by default privileges.
grant usage on schema auth to kpix_owner, kpix_app;
revoke execute on all functions in schema auth, private from public;
grant execute on function
    auth.begin(bytea), auth.rotate(bytea), auth.logout(),
    auth.login_params(text), auth.login_submit(text, bytea, bytea, boolean, text), auth.login_claim(uuid),
    auth.initialized(), auth.set_password(bytea), auth.create_user(uuid, text, text, bytea, text[]),
    auth.org(), auth.user_id(), auth.everywhere(text), auth.owners(text), auth.dashboards(text), auth.kpis(text)
    to kpix_app;
grant execute on function
    auth.lock(), auth.leave(bytea), auth.sessions(), auth.user_sessions(uuid),
    auth.revoke_session(uuid), auth.revoke_sessions(uuid)
    to kpix_app;
grant execute on function
    auth.emails(), auth.rename_user(uuid, text), auth.set_active(uuid, boolean)
    to kpix_app;
grant execute on function
    auth.create_organization(uuid, text, text, text, jsonb, uuid, text, text, bytea), auth.user_id(),
    private.audit_row(), private.audit_values_inserted(), private.audit_values_updated(),
    private.keep_revision()
    to kpix_owner;
-- The operator's: kpix db prune-audit, logins, grant-login, revoke-login.
grant execute on function
    auth.old_audit(date), auth.prune_audit(date), auth.login_sessions(), auth.end_login_sessions(name)
    to kpix_owner;
