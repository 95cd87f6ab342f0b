import type { Migration } from "@sre/storage";
import { sql } from "kysely";

const statements = [
  `alter table audit_logs add column actor_subject text, add column position bigint`,
  `create unique index audit_logs_by_position on audit_logs (position) where position is not null`,
  // The end of the chain: whoever seals holds this row, so that there is one sealer however many replicas run.
  `create table audit_head (
    one boolean primary key default true check (one), position bigint not null, seal text not null, checkpoint_at timestamptz)`,
  `insert into audit_head (position, seal) values (0, repeat('0', 64))`,
  `create table audit_checkpoints (
    position bigint primary key, seal text not null, signed_at timestamptz not null, key_id text not null, signature text not null,
    written_at timestamptz)`,
  `create index audit_checkpoints_to_write on audit_checkpoints (position) where written_at is null`,
  // Sealing gives a row its place once; nothing else of it ever changes.
  `create function keep_audit_logs() returns trigger language plpgsql as $$
    begin
      if tg_op = 'INSERT' then
        if new.seal is null and new.position is null and new.prev_hash is null and new.sealed_at is null then return new; end if;
      elsif tg_op = 'UPDATE' then
        if old.seal is null and new.seal is not null
          and to_jsonb(new) - '{position,prev_hash,seal,sealed_at}'::text[] = to_jsonb(old) - '{position,prev_hash,seal,sealed_at}'::text[]
        then return new; end if;
      end if;
      raise exception 'audit_logs can only be added to' using errcode = 'insufficient_privilege';
    end $$`,
  `create trigger audit_logs_are_kept before update or delete on audit_logs for each row execute function keep_audit_logs()`,
  `create trigger audit_logs_begin_unsealed before insert on audit_logs for each row
    when (new.seal is not null or new.position is not null or new.prev_hash is not null or new.sealed_at is not null)
    execute function keep_audit_logs()`,
  `create trigger audit_logs_are_not_emptied before truncate on audit_logs for each statement execute function keep_audit_logs()`,
];

/** Audit rows form a chain, say who acted by what identifies them, and can be neither edited nor removed. */
export const auditChain: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
