import type { Migration } from "@sre/storage";
import { sql } from "kysely";

const statements = [
  // As the intake cuts them: a row of an index holds no longer ones.
  `update alerts set name = left(name, 500) where length(name) > 500`,
  `create table alert_words (team_id uuid not null, kind text not null, word text not null, primary key (team_id, kind, word))`,
  `insert into alert_words select distinct team_id, 'name', name from alerts
    union all select distinct team_id, 'service', service from alerts where service is not null`,
  `create index alerts_by_name on alerts (team_id, name, received_at desc, id desc)`,
  `create index alerts_by_service on alerts (team_id, service, received_at desc, id desc) where service is not null`,
  `create index alerts_by_severity on alerts (team_id, severity, received_at desc, id desc)`,
  `create index alerts_by_hold on alerts (team_id, held, received_at desc, id desc) where held is not null`,
  `create index incidents_by_severity on incidents (team_id, severity, created_at desc, id desc)`,
];

/** Every filter of a list finds its newest rows without reading others, however many there are; the names and services that alerts have are searched instead of the alerts. */
export const alertsByFilter: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
