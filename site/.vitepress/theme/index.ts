import type { Theme } from 'vitepress';
// Without fonts: those of the system do, and nothing is loaded from elsewhere.
import DefaultTheme from 'vitepress/theme-without-fonts';
import '../../generated/marble.css';
import Problem from './Problem.vue';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }) => void app.component('Problem', Problem),
} satisfies Theme;
