import "./meter.css";

const cells = 10;

/** A share of one as ten cells; the number itself stands beside it in text. */
export function Meter({ value, label }: { value: number; label: string }) {
  const filled = Math.round(value * cells);
  return (
    <span className="meter" role="img" aria-label={label}>
      {Array.from({ length: cells }, (_, index) => (
        <span key={index} className={index < filled ? "meter-cell meter-full" : "meter-cell"} />
      ))}
    </span>
  );
}
