import { mount } from 'svelte';
import App from './App.svelte';
import { language, t } from './i18n';
import './styles/tokens.css';
import './styles/base.css';

document.documentElement.lang = language;
document.title = t.product;

const target = document.getElementById('app');
if (target) mount(App, { target });
