"""The terminal interface, on Textual.

How a screen is made (``screen.py`` has the base):

* ``class DashboardScreen(KpixScreen[None])`` with ``PLACE = "dashboard"`` and
  ``BINDINGS = bindings_for(PLACE)``; keys and titles live in ``actions.py`` only.
* ``crumbs()`` for the header, ``body()`` composes, ``async fetch()`` reads through
  ``await self.bridge.read(use_case, ...)`` and shows. Textual calls ``on_mount`` of every class of
  the hierarchy: never call ``super().on_mount()``; override ``begin()`` to read later.
* An action ``dashboard.enter`` is a method ``do_enter`` (plain or coroutine) on the screen or on a
  widget around the focus. ``target_of(action)`` feeds the check of permissions, ``why_not(action)``
  may add reasons of its own.
* Writes: ``await self.bridge.write(use_case, ...)``, mostly inside ``FormScreen.save``.
* Text from people goes through ``Content`` or plain ``str`` cells, never markup: ``Static(...,
  markup=False)``, ``notify(..., markup=False)``.
"""
