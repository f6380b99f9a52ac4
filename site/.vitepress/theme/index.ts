import type { Theme } from 'vitepress';
// Without fonts: those of the system do, and nothing is loaded from elsewhere.
import DefaultTheme from 'vitepress/theme-without-fonts';
import './style.css';

export default { extends: DefaultTheme } satisfies Theme;
