import { useId, type ReactNode } from "react";
import "./panel.css";

/** A titled part of a page; the one level of boxes. */
export function Panel({
  title,
  aside,
  children,
  className = "",
}: {
  title: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  const id = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** What would be here, and what fills it. */
export function Empty({ title, children, sign }: { title: string; children?: ReactNode; sign?: string }) {
  return (
    <div className="empty">
      <p className="empty-title">
        {sign ? <span aria-hidden="true">{sign} </span> : null}
        {title}
      </p>
      {children ? <div className="quiet">{children}</div> : null}
    </div>
  );
}

/** Something folded away until asked for. */
export function Fold({ title, children, open = false }: { title: ReactNode; children: ReactNode; open?: boolean }) {
  return (
    <details className="fold" open={open}>
      <summary>{title}</summary>
      <div className="fold-body">{children}</div>
    </details>
  );
}

/** Grey lines in the place of what is being loaded, so that nothing jumps when it arrives. */
export function Waiting({ label, lines = 3 }: { label: string; lines?: number }) {
  return (
    <div className="waiting" role="status">
      <span className="unseen">{label}</span>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} className="waiting-line" aria-hidden="true" />
      ))}
    </div>
  );
}
