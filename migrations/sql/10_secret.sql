-- role: kpix_auth
-- The key that signs principals, salts and channels. Made once, inside the database; no grants.
create or replace function private.mac(text_to_sign text) returns bytea
language sql stable strict security definer parallel restricted
set search_path = pg_catalog, pg_temp
return (
    -- HMAC-SHA-256 (RFC 2104) with the key already folded into its two pads.
    select sha256(s.outer_pad || sha256(s.inner_pad || convert_to(text_to_sign, 'UTF8')))
    from private.secret s
);

create or replace function private.make_secret() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    key bytea := decode(
        replace(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
        'hex'
    );
    inner_pad bytea := decode(repeat('36', 64), 'hex');
    outer_pad bytea := decode(repeat('5c', 64), 'hex');
begin
    for i in 0 .. octet_length(key) - 1 loop
        inner_pad := set_byte(inner_pad, i, get_byte(inner_pad, i) # get_byte(key, i));
        outer_pad := set_byte(outer_pad, i, get_byte(outer_pad, i) # get_byte(key, i));
    end loop;
    insert into private.secret (inner_pad, outer_pad) values (inner_pad, outer_pad)
    on conflict do nothing;
end $$;

select private.make_secret();
