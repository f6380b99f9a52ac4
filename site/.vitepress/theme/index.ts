import type { Theme } from 'vitepress';
// Without fonts: those of the system do, and nothing is loaded from elsewhere.
import DefaultTheme from 'vitepress/theme-without-fonts';
import { h } from 'vue';
import '../../generated/marble.css';
import NotFound from './NotFound.vue';
import Problem from './Problem.vue';
import './style.css';

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'not-found': () => h(NotFound) }),
  enhanceApp: ({ app }) => void app.component('Problem', Problem),
} satisfies Theme;
