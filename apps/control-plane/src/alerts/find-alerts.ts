import type { Severity } from "@sre/contracts/evidence";
import type { TeamId } from "@sre/contracts/shared";
import { sql } from "kysely";
import type { Keyset } from "@sre/storage";
import { afterKeyset, likePattern } from "../http/paging.ts";
import type { AlertWordTable, Db } from "../migrations/tables.ts";
import type { AlertRow } from "./store.ts";

// A search that more words match finds a page among the newest alerts soon enough.
const wordsMax = 100;

export interface AlertFilter {
  readonly status?: "firing" | "resolved" | undefined;
  readonly incidentId?: string | undefined;
  readonly held?: AlertRow["held"] | undefined;
  readonly severity?: Severity | undefined;
  /** Found anywhere in name or service. */
  readonly search?: string | undefined;
}

interface Page {
  readonly filter: AlertFilter;
  readonly after: Keyset | null;
  readonly limit: number;
}

type Word = Pick<AlertWordTable, "kind" | "word">;

/** The newest that pass the filter, whatever it searches for. */
function newest(db: Db, teamId: TeamId, { filter, after, limit }: Page) {
  const { status, incidentId, held, severity } = filter;
  let query = db.selectFrom("alerts").selectAll("alerts").where("alerts.team_id", "=", teamId);
  if (held !== undefined) query = query.where("held", "=", held);
  if (severity !== undefined) query = query.where("severity", "=", severity);
  if (status !== undefined) query = query.where("status", "=", status);
  if (incidentId !== undefined) query = query.where("incident_id", "=", incidentId);
  if (after) query = query.where(afterKeyset("received_at", "id", after));
  return query.orderBy("received_at", "desc").orderBy("id", "desc").limit(limit);
}

function findWords(db: Db, teamId: TeamId, pattern: string): Promise<Word[]> {
  return db
    .selectFrom("alert_words")
    .select(["kind", "word"])
    .where("team_id", "=", teamId)
    .where("word", "ilike", pattern)
    .limit(wordsMax + 1)
    .execute();
}

/** The newest of each word, and of those the newest: an index gives them in order, word by word. */
async function newestOfWords(db: Db, teamId: TeamId, { words, ...page }: Page & { readonly words: readonly Word[] }): Promise<AlertRow[]> {
  const ofKind = async (kind: Word["kind"]): Promise<AlertRow[]> => {
    const own = JSON.stringify(words.flatMap((one) => (one.kind === kind ? [one.word] : [])));
    if (own === "[]") return [];
    return db
      .selectFrom(sql<{ word: string }>`(select jsonb_array_elements_text(${own}::jsonb) as word)`.as("w"))
      .innerJoinLateral(
        newest(db, teamId, page).where(sql<boolean>`${sql.ref(`alerts.${kind}`)} = w.word`).as("a"),
        (join) => join.onTrue(),
      )
      .selectAll("a")
      .orderBy("a.received_at", "desc")
      .orderBy("a.id", "desc")
      .limit(page.limit)
      .execute(); // prettier-ignore
  };
  const found = [...(await ofKind("name")), ...(await ofKind("service"))];
  const once = [...new Map(found.map((row) => [row.id, row])).values()];
  return once.sort((a, b) => b.received_at.getTime() - a.received_at.getTime() || (a.id < b.id ? 1 : -1)).slice(0, page.limit);
}

/** A page of alerts, newest first. A search goes through the names and services that alerts have, which are few. */
export async function findAlerts(db: Db, teamId: TeamId, page: Page): Promise<AlertRow[]> {
  const { search } = page.filter;
  if (search === undefined) return newest(db, teamId, page).execute();
  const pattern = likePattern(search);
  const words = await findWords(db, teamId, pattern);
  if (words.length <= wordsMax) return newestOfWords(db, teamId, { ...page, words });
  return newest(db, teamId, page)
    .where((where) => where.or([where("name", "ilike", pattern), where("service", "ilike", pattern)]))
    .execute();
}
