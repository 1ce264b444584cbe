import { mount } from 'svelte';
import App from './App.svelte';
import { language, t } from './i18n';
import './styles/tokens.css';
import './styles/base.css';

document.documentElement.lang = language;
document.title = t.product;
// Until the settings are known, as the system has it, so that nothing flashes.
document.documentElement.dataset.theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';

const target = document.getElementById('app');
if (target) mount(App, { target });
