import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from "react";
import "./toast.css";

/** How long a message stays, in milliseconds. */
const messageMs = 6_000;

const ToastContext = createContext<(text: string) => void>(() => undefined);

/** Says something in passing; screen readers hear it, nothing on the page moves. */
export function useToast(): (text: string) => void {
  return useContext(ToastContext);
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [text, setText] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const say = useCallback((message: string) => {
    clearTimeout(timer.current);
    setText(message);
    timer.current = setTimeout(() => setText(""), messageMs);
  }, []);
  const value = useMemo(() => say, [say]);
  return (
    <ToastContext value={value}>
      {children}
      <div role="status" aria-live="polite" className={text ? "toast toast-shown" : "toast"}>
        {text}
      </div>
    </ToastContext>
  );
}
