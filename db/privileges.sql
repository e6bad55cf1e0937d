-- What the application's role may do, run after every migration. Append-only tables: read and add, nothing else.
-- :role is replaced by the quoted name of the role.

grant usage on schema public to :role;
grant select, insert on all tables in schema public to :role;
grant usage on all sequences in schema public to :role;
grant update on products, wallets, purchases, stock_reservations, saga_steps to :role;
grant update on points_accounts, points_lots, daily_balances, parked_awards to :role;
-- Keys of requests are forgotten after their time; nothing else is ever deleted.
grant delete on idempotency_keys to :role;
revoke insert, update, delete, truncate on schema_migrations from :role;
