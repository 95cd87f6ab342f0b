import { Button } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { useLanguage } from "../app/language.ts";
import { Dialog } from "./dialog.tsx";
import "./form-dialog.css";

interface FormProps {
  readonly title: string;
  readonly send: string;
  readonly working: boolean;
  readonly onSend: () => Promise<boolean>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A dialog that stays open, with what was written, until the server has taken it. */
export function FormDialog({ title, send, working, onSend, onClose, children }: FormProps) {
  const { t } = useLanguage();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void onSend().then((done) => done && onClose());
  };
  return (
    <Dialog onClose={onClose} title={title}>
      <form className="dialog-form" onSubmit={submit}>
        {children}
        <div className="dialog-buttons">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={working}>
            {send}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
