import { Drawer, Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useLanguage } from "../app/language.ts";
import "./dialog.css";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly size?: "md" | "lg";
  readonly children: ReactNode;
}

/** A dialog in the middle. Composed of parts, because the ready-made one brings a second banner landmark to the page. */
export function Dialog({ title, onClose, size = "md", children }: DialogProps) {
  const { t } = useLanguage();
  return (
    <Modal.Root opened onClose={onClose} size={size} centered>
      <Modal.Overlay />
      <Modal.Content>
        <div className="dialog-head">
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t("common.close")} />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** A dialog at the side, beside what it is about. */
export function SidePanel({ title, onClose, children }: DialogProps) {
  const { t } = useLanguage();
  return (
    <Drawer.Root opened onClose={onClose} size="lg" position="right">
      <Drawer.Overlay />
      <Drawer.Content>
        <div className="dialog-head">
          <Drawer.Title>{title}</Drawer.Title>
          <Drawer.CloseButton aria-label={t("common.close")} />
        </div>
        <Drawer.Body>{children}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
