import { useLanguage } from "../app/language.ts";
import { entityName } from "../format/entity.ts";
import type { Layout, Placed } from "./layout.ts";

/** Sizes in SVG units, which are CSS pixels at full width. */
const cell = { width: 196, height: 58 };
const box = { width: 156, height: 40 };
const textMax = 18;

const left = (node: Placed) => node.column * cell.width + 4;
const top = (node: Placed) => node.row * cell.height + 10;

function shorten(text: string): string {
  return text.length > textMax ? `${text.slice(0, textMax - 8)}…${text.slice(-7)}` : text;
}

interface DrawingProps {
  readonly layout: Layout;
  readonly ways: readonly (readonly string[])[];
  readonly causes: readonly string[];
  readonly symptoms: readonly string[];
}

function NodeBox({ node, role }: { node: Placed; role: "cause" | "symptom" | "path" | "other" }) {
  const { kind, name } = entityName(node.id);
  const sign = { cause: "✖ ", symptom: "▲ ", path: "", other: "" }[role];
  return (
    <g transform={`translate(${left(node)} ${top(node)})`} className={`topology-node topology-${role}`}>
      <title>{node.id}</title>
      <rect width={box.width} height={box.height} rx={4} />
      <text x={8} y={15} className="topology-kind">
        {sign}
        {kind}
      </text>
      <text x={8} y={31}>
        {shorten(name)}
      </text>
    </g>
  );
}

function curve(from: Placed, to: Placed): string {
  const x1 = left(from) + box.width;
  const y1 = top(from) + box.height / 2;
  const x2 = left(to);
  const y2 = top(to) + box.height / 2;
  if (from.column >= to.column) return `M ${left(from) + box.width / 2} ${top(from) + box.height} L ${left(to) + box.width / 2} ${top(to)}`;
  const bend = (x2 - x1) / 2;
  return `M ${x1} ${y1} C ${x1 + bend} ${y1}, ${x2 - bend} ${y2}, ${x2} ${y2}`;
}

function Legend() {
  const { t } = useLanguage();
  return (
    <p className="small topology-legend">
      <span className="mark-red">✖ {t("topology.cause")}</span> <span className="topology-amber">▲ {t("topology.symptom")}</span>{" "}
      <span className="mark-accent">━ {t("topology.path")}</span> <span className="quiet">○ {t("topology.other")}</span>
    </p>
  );
}

/** The layers as boxes and curves; the way from cause to symptom stands out, the rest is grey. */
export function TopologyDrawing({ layout, ways, causes, symptoms }: DrawingProps) {
  const { t } = useLanguage();
  const placed = new Map(layout.nodes.map((node) => [node.id, node]));
  const onWay = new Set(ways.flat());
  const steps = new Set(ways.flatMap((way) => way.slice(1).flatMap((id, index) => [`${way[index]} ${id}`, `${id} ${way[index]}`])));
  const roleOf = (id: string) => (causes.includes(id) ? "cause" : symptoms.includes(id) ? "symptom" : onWay.has(id) ? "path" : "other");
  const width = layout.columns * cell.width;
  const height = layout.rows * cell.height + 4;
  return (
    <>
      <Legend />
      <div className="topology-scroll" tabIndex={0} role="group" aria-label={t("topology.title")}>
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t("topology.title")}>
          {layout.edges.map((edge) => {
            const from = placed.get(edge.from);
            const to = placed.get(edge.to);
            if (!from || !to) return null;
            const path = steps.has(`${edge.from} ${edge.to}`);
            return (
              <path
                key={`${edge.from}>${edge.kind}>${edge.to}`}
                d={curve(from, to)}
                className={path ? "topology-edge topology-edge-path" : "topology-edge"}
              />
            );
          })}
          {layout.nodes.map((node) => (
            <NodeBox key={node.id} node={node} role={roleOf(node.id)} />
          ))}
        </svg>
      </div>
    </>
  );
}
