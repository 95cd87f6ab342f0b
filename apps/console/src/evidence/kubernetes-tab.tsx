import type { ClusterEvent, ClusterObject } from "@sre/contracts/evidence";
import { useLanguage } from "../app/language.ts";
import { useShownRun } from "../diagnoses/run-context.ts";
import { shortName } from "../format/entity.ts";
import { Badge } from "../ui/badge.tsx";
import { Entity } from "../ui/entity.tsx";
import { Instant } from "../ui/instant.tsx";
import { Empty, Fold, Waiting } from "../ui/panel.tsx";
import { Table, type Column } from "../ui/table.tsx";
import { CoverageNotes } from "./coverage-notes.tsx";
import { objectState, stateLine } from "./object-state.ts";
import { useEvidenceAbout } from "./use-evidence.ts";

interface Shown<Item> {
  readonly item: Item;
  readonly evidence: string;
}

/** Each thing once, from the first answer that holds it. */
function unique<Item extends { readonly entity: string }>(items: readonly Shown<Item>[], keyOf: (item: Item) => string): Shown<Item>[] {
  return [...new Map(items.toReversed().map((each) => [keyOf(each.item), each])).values()].sort((a, b) =>
    a.item.entity < b.item.entity ? -1 : 1,
  );
}

function ObjectLine({ object }: { object: ClusterObject }) {
  const { t } = useLanguage();
  const state = objectState(object);
  const missing = object.refs.filter((ref) => ref.exists === false && !ref.optional);
  const line = stateLine(state);
  const facts = [
    state.ready ? t("kubernetes.ready", { ready: state.ready.ready, wanted: state.ready.wanted }) : null,
    state.restarts ? t("kubernetes.restarts", { count: state.restarts }) : null,
    object.view === "declared" ? t("kubernetes.declared") : null,
    ...missing.map((ref) => t("kubernetes.missingRef", { name: shortName(ref.to) })),
  ].filter((fact) => fact !== null);
  const [first = t("kubernetes.calm"), ...rest] = line ? [line, ...facts] : facts;
  return (
    <>
      <Badge tone={state.bad ? "red" : "plain"} sign={state.bad ? "✖" : "●"}>
        {first}
      </Badge>{" "}
      <span className="small">{rest.join(" · ")}</span>
    </>
  );
}

function ObjectTable({ objects }: { objects: readonly Shown<ClusterObject>[] }) {
  const { t } = useLanguage();
  const { openEvidence } = useShownRun();
  const columns: Column<Shown<ClusterObject>>[] = [
    {
      title: t("kubernetes.object"),
      cell: ({ item, evidence }) => (
        <button type="button" className="plain-button finding-link" onClick={() => openEvidence(evidence, item.entity)}>
          <Entity id={item.entity} />
        </button>
      ),
    },
    { title: t("kubernetes.state"), wide: true, cell: ({ item }) => <ObjectLine object={item} /> },
    { title: t("kubernetes.created"), cell: ({ item }) => (item.created_at ? <Instant at={item.created_at} /> : "–") },
  ];
  return <Table caption={t("kubernetes.objects")} columns={columns} rows={objects} keyOf={({ item }) => `${item.entity} ${item.view}`} />;
}

function EventTable({ events }: { events: readonly Shown<ClusterEvent>[] }) {
  const { t } = useLanguage();
  const { openEvidence } = useShownRun();
  const columns: Column<Shown<ClusterEvent>>[] = [
    {
      title: t("kubernetes.reason"),
      cell: ({ item, evidence }) => (
        <button type="button" className="plain-button finding-link" onClick={() => openEvidence(evidence, item.entity)}>
          {item.type === "Warning" ? "▲ " : ""}
          {item.reason}
        </button>
      ),
    },
    { title: t("kubernetes.object"), cell: ({ item }) => <Entity id={item.entity} /> },
    { title: t("kubernetes.message"), wide: true, cell: ({ item }) => item.message },
    { title: t("kubernetes.count"), number: true, cell: ({ item }) => item.count },
    { title: t("kubernetes.lastSeen"), cell: ({ item }) => <Instant at={item.last_at} /> },
  ];
  if (events.length === 0) return <p className="quiet">{t("kubernetes.noEvents")}</p>;
  return (
    <Table
      caption={t("kubernetes.events")}
      columns={columns}
      rows={events}
      keyOf={({ item }) => `${item.entity} ${item.reason} ${item.first_at} ${item.message}`}
    />
  );
}

/** What Kubernetes says of the objects concerned; what is wrong comes first. */
export function KubernetesTab() {
  const { t } = useLanguage();
  const { cause } = useShownRun();
  const objects = useEvidenceAbout("objects");
  const events = useEvidenceAbout("events");
  if (objects.pending || events.pending) return <Waiting label={t("common.loading", { what: t("tab.kubernetes") })} lines={6} />;
  if (objects.answers.length + events.answers.length === 0) return <Empty title={t("kubernetes.none")}>{t("kubernetes.noneText")}</Empty>;
  const names = cause ? [cause.entity, ...cause.where, ...cause.explains, ...cause.belongs_to].map(shortName) : [];
  const concerns = (id: string) =>
    names.length === 0 || names.some((name) => shortName(id) === name || shortName(id).startsWith(`${name}-`));
  const allObjects = objects.answers.flatMap((answer) => answer.data.objects.map((item) => ({ item, evidence: answer.id })));
  const allEvents = events.answers.flatMap((answer) => answer.data.events.map((item) => ({ item, evidence: answer.id })));
  const shownObjects = unique(allObjects, (item) => `${item.entity} ${item.view}`).filter(({ item }) => concerns(item.entity));
  const shownEvents = unique(allEvents, (item) => `${item.entity} ${item.reason} ${item.first_at} ${item.message}`).filter(({ item }) =>
    concerns(item.entity),
  );
  const bad = shownObjects.filter(({ item }) => objectState(item).bad);
  const calm = shownObjects.filter(({ item }) => !objectState(item).bad);
  const notes = [...objects.answers, ...events.answers].find((answer) => answer.coverage.as_of === "now" || !answer.coverage.complete);
  return (
    <>
      {notes ? <CoverageNotes coverage={notes.coverage} /> : null}
      <h3>{t("kubernetes.objects")}</h3>
      {bad.length > 0 ? <ObjectTable objects={bad} /> : null}
      {calm.length > 0 ? (
        <Fold title={`${t("kubernetes.calm")} (${calm.length})`} open={bad.length === 0}>
          <ObjectTable objects={calm} />
        </Fold>
      ) : null}
      <h3>{t("kubernetes.events")}</h3>
      <EventTable events={shownEvents} />
    </>
  );
}
