import { createTheme, DrawerRoot, ModalRoot, Tooltip } from "@mantine/core";

const shortTransition = { duration: 120 };

/**
 * Colours stand in tokens.css, because a theme's own would need a `<style>` element, which the page's policy forbids.
 * `lockScroll` would add one too.
 */
export const theme = createTheme({
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--font-mono)",
  defaultRadius: "sm",
  autoContrast: true,
  primaryShade: 8,
  respectReducedMotion: true,
  cursorType: "pointer",
  components: {
    DrawerRoot: DrawerRoot.extend({ defaultProps: { lockScroll: false, transitionProps: shortTransition } }),
    ModalRoot: ModalRoot.extend({ defaultProps: { lockScroll: false, transitionProps: shortTransition } }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 300, withArrow: true, multiline: true, events: { hover: true, focus: true, touch: true } },
    }),
  },
});
