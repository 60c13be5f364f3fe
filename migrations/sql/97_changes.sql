-- role: kpix_owner
-- What screens show is told of when the transaction commits that changes it (73_changes.sql): the
-- tables, and the arguments of the function. A new table that screens show needs a line here.
do $$
declare
    t record;
    e record;
begin
    for t in
        select * from (values
            ('kpi_value', 'tell_values()'),
            ('kpi', 'tell_changes(''kpi'', ''dashboard_id'', ''id'')'),
            ('kpi_threshold', 'tell_changes(''kpi'', '''', ''kpi_id'')'),
            ('kpi_assignment', 'tell_changes(''kpi'', '''', ''kpi_id'')'),
            ('action_plan', 'tell_changes(''plan'', ''dashboard_id'', ''kpi_id'')'),
            ('comment', 'tell_changes(''comment'', ''dashboard_id'', ''kpi_id'')'),
            ('notification', 'tell_changes(''notification'')'),
            ('dashboard', 'tell_changes(''dashboard'', ''id'')'),
            ('dashboard_share', 'tell_changes(''dashboard'', ''dashboard_id'')'),
            ('app_user', 'tell_changes(''people'')'),
            ('user_role', 'tell_changes(''people'')'),
            ('role', 'tell_changes(''people'')'),
            ('role_permission', 'tell_changes(''people'')'),
            ('team', 'tell_changes(''people'')'),
            ('team_member', 'tell_changes(''people'')')
        ) as v (name, call)
    loop
        for e in select * from (values ('insert', 'new'), ('update', 'new'), ('delete', 'old')) as v (event, rows)
        loop
            execute format(
                'create or replace trigger tell_%1$s after %1$s on kpix.%2$I referencing %3$s table as changed'
                ' for each statement execute function private.%4$s',
                e.event, t.name, e.rows, t.call);
        end loop;
    end loop;
end $$;
