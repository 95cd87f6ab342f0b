import "./sparkline.css";

const size = { width: 96, height: 20 };

/** Counts over time as bars; the numbers stand beside it. */
export function Sparkline({ values }: { values: readonly number[] }) {
  const most = Math.max(1, ...values);
  const step = size.width / Math.max(1, values.length);
  return (
    <svg className="sparkline" width={size.width} height={size.height} aria-hidden="true">
      {values.map((value, index) => {
        const height = value === 0 ? 0 : Math.max(1.5, (value / most) * size.height);
        return <rect key={index} x={index * step} y={size.height - height} width={Math.max(0.8, step - 0.4)} height={height} />;
      })}
    </svg>
  );
}
