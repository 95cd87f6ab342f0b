import "@mantine/core/styles.css";
import "./app/tokens.css";
import "./app/shell.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { startLanguage } from "./app/language.ts";

await startLanguage();
const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
