"""What was once wrong or lost, by kind, and the tests that hold each kind: files below tests, and what they run."""

from __future__ import annotations

GRAPH, PROGRAM, RULES = "autograd/graph/", "autograd/program/", "autograd/rules/"

ITEMS: dict[str, dict[str, tuple[str, ...]]] = {
    "Numbers": {
        "Piecewise-constant functions of scalars in programs": (
            PROGRAM + "test_compile.py::test_a_piecewise_constant_function_of_a_number_is_computed_anew",
            "autograd/numpy/test_piecewise_constant.py::test_a_program_from_a_graph_computes_it_anew",
            "sweep/test_sweep.py::test_every_way_in_gives_the_same",
        ),
        "Cross-entropy of large logits by the native engine": (
            PROGRAM + "test_array_native.py::test_cross_entropy_of_extreme_logits",
        ),
        "A weight that is frozen between compiled steps": (
            "nn/training/test_compiled.py::test_a_weight_that_is_frozen_between_calls_stays",
        ),
        "Identities of programs below every consumer, broadcasts below products": (
            PROGRAM + "test_simplify.py::test_every_identity_is_in_the_table",
            PROGRAM + "test_simplify.py::test_an_identity_of_arrays_below_every_consumer",
            PROGRAM + "test_simplify.py::test_a_broadcast_below_every_consumer",
            PROGRAM + "test_simplify.py::test_the_gradient_of_a_mean_below_a_product",
        ),
        "Derivatives of compiled functions, and compiled functions in graphs": (
            PROGRAM + "test_compile.py::test_a_gradient_flows_through_a_compiled_function",
            PROGRAM + "test_compile.py::test_a_compiled_function_inside_another",
        ),
        "Buffers that the traced function fills itself": (
            PROGRAM + "test_compile.py::test_a_buffer_that_the_function_fills_is_read_when_it_is_used",
        ),
        "Generators of random numbers, the user's own too": (
            PROGRAM + "test_compile.py::test_generators_made_after_a_recording_are_watched",
            PROGRAM + "test_compile.py::test_what_cannot_be_recorded_is_refused_with_its_line",
        ),
        "Two logsumexps of different lengths in one program": (
            PROGRAM + "test_program.py::test_logsumexps_of_different_lengths_side_by_side",
        ),
        "Arrays of every kind that change between the passes, by every way in": (
            GRAPH + "test_changes.py::test_what_is_captured_may_change",
            GRAPH + "test_changes.py::test_every_way_in_is_copied",
            GRAPH + "test_changes.py::test_an_array_among_the_attributes_may_change",
            GRAPH + "test_changes.py::test_what_is_held_is_told_apart_bit_by_bit",
            GRAPH + "test_changes.py::test_a_constant_is_not_written_through",
        ),
        "Leaves that change between the passes": (
            GRAPH + "test_changes.py::test_every_way_to_change_a_tensor_is_noticed",
            GRAPH + "test_changes.py::test_a_value_that_changed_is_an_error",
            GRAPH + "test_changes.py::test_computed_data_cannot_be_overwritten",
        ),
        "`x.data[0] = …` between the passes: named as the user's own risk": (
            GRAPH + "test_changes.py::test_writing_into_a_leafs_array_is_at_ones_own_risk",
        ),
        "Modes that end in any order, in any thread, and are used again": (
            GRAPH + "test_mode.py::test_generators_that_hold_modes_may_end_in_any_order",
            GRAPH + "test_mode.py::test_one_object_serves_any_number_of_blocks",
            GRAPH + "test_mode.py::test_a_block_that_ends_in_another_thread_ends_where_it_was_opened",
        ),
        "Softmax and its kin: large and infinite logits, weights of 0, nothing but −∞": (
            RULES + "test_softmax.py::test_logsumexp",
            RULES + "test_softmax.py::test_log_softmax",
            RULES + "test_softmax.py::test_softmax",
            RULES + "test_softmax.py::test_cross_entropy",
            RULES + "test_softmax.py::test_a_class_of_weight_nothing_costs_nothing_behind_a_mask",
            RULES + "test_rules.py::test_logsumexp_of_infinities",
            PROGRAM + "test_lists.py::test_a_list_of_any_numbers_is_replayed_as_an_array_of_them",
        ),
        "Tails: the whole book against mpmath, order 0 to 2": (
            RULES + "test_accuracy.py::test_errors_are_a_few_units_in_the_last_place",
            RULES + "test_accuracy.py::test_a_rule_that_cancels_or_overflows_is_found",
        ),
        "Norm and root at 0": (
            RULES + "test_book.py::test_at_a_kink_the_written_choice_is_made",
            GRAPH + "test_anomaly.py::test_a_length_written_out_is_told_of_norm",
        ),
        "Trainings that would learn nothing": (
            "test_mistakes.py::test_a_mistake_is_answered_by_what_to_do",
            "nn/test_losses.py::test_targets_that_do_not_fit_are_refused",
            "nn/test_more_losses.py::test_a_loss_and_its_compiled_step_refuse_the_same_targets",
        ),
        "A summed loss in training and validation": (
            "nn/training/test_trainer.py::test_training_and_validation_agree_on_the_same_data",
        ),
        "Identity of Values; of Tensors, whose == is NumPy's": (
            "autograd/value/test_value.py::test_a_value_is_equal_to_itself_alone",
            "autograd/tensor/test_operands.py::test_equality_is_numpys",
        ),
        "Arrays of other libraries, masks and matrices": (
            "autograd/tensor/test_operands.py::test_a_masked_array_is_refused_wherever_it_comes_in",
            "autograd/tensor/test_operands.py::test_a_matrix_is_refused_by_name",
            "autograd/tensor/test_operands.py::test_another_librarys_array_has_the_say",
        ),
        "A derivative inside a derivative comes back plain": (
            "autograd/functional/test_nesting.py::test_a_derivative_of_a_derivative_is_plain_where_its_argument_is",
        ),
        "Conditions in the drawn page": (
            "autograd/drawing/test_page_in_browser.py::test_a_condition_is_computed_again_or_said_to_be_recorded",
        ),
        "Names that differ, in LaTeX": (
            "autograd/explaining/test_explain_and_trace.py::test_different_names_differ_in_latex",
        ),
        "Positions out of range in programs": (
            PROGRAM + "test_indices.py::test_a_position_out_of_range_is_an_error_at_the_replay_that_has_it",
            PROGRAM + "test_indices.py::test_a_class_that_does_not_exist_is_refused_where_no_loss_looks_at_it",
            "nn/layers/test_networks.py::test_rows_of_an_embedding_that_do_not_exist_are_refused_in_a_program",
        ),
        "Networks as source text, weights that are not finite too": (
            "nn/test_interchange.py::test_a_function_of_numbers_that_are_not_finite",
        ),
    },
    "Work and doors": {
        "Compiled functions with size-one and stretched operands": (
            PROGRAM + "test_compile.py::test_equal_constants_of_shapes_of_one_entry_are_two",
            "fuzz/test_fuzz.py::test_replays_agree_with_eager_for_new_inputs",
        ),
        "What leaves a graph and comes back: detach, no_grad, comparisons": (
            PROGRAM + "test_outside.py::test_what_would_be_frozen_is_refused",
            PROGRAM + "test_outside.py::test_a_look_at_what_was_detached_is_refused",
            PROGRAM + "test_compile.py::test_detach_stops_gradients_and_stays_recorded",
        ),
        "Products over an empty axis": (
            RULES + "test_rules.py::test_the_gradient_is_the_central_difference",
            "autograd/numpy/test_functions.py::test_products_over_empty_axes",
        ),
        "Recorded backward passes and reference cycles": (
            "autograd/test_traps.py::test_a_recorded_pass_is_freed_with_the_gradients_of_its_leaves",
            "autograd/test_traps.py::test_a_graph_goes_with_its_last_holder_without_the_garbage_collector",
        ),
        "Run folders: a config.json with anything anywhere": (
            "nn/app/test_runs.py::test_a_config_with_anything_anywhere_is_read_or_refused_in_a_line",
            "nn/app/test_runs.py::test_a_config_that_is_too_large_is_left_alone",
            "hostile/test_hostile.py::test_some_hundred_mutants_of_every_kind_break_nothing",
        ),
        "IDX headers, CSV files, packed files: bounds before memory": (
            "nn/app/test_idx.py::test_what_is_no_idx_file",
            "nn/app/test_idx.py::test_a_gzip_bomb_is_not_unpacked",
            "nn/app/test_csvfile.py::test_a_table_beyond_the_limits_is_refused_before_it_is_made",
            "nn/app/test_csvfile.py::test_a_small_file_that_unpacks_to_a_large_one_is_refused",
            "nn/app/test_preprocess.py::test_more_inputs_than_fit_are_refused_before_they_are_made",
            "test_security.py::test_every_limit_is_on_the_page",
        ),
        "Streams that are closed or know few characters": (
            "test_streams.py::test_every_command_on_every_stream",
            "nn/app/test_cli.py::test_a_run_is_saved_though_nobody_reads",
        ),
        "Escape codes in names": ("nn/app/test_terminal.py::test_nothing_that_is_printed_commands_the_terminal",),
        "The collector after an interrupt in the reserve of nodes": (
            "autograd/value/test_reserve.py::test_an_interrupt_at_any_moment_leaves_the_collector_on",
        ),
        "Modes of files": (
            "nn/test_files.py::test_a_file_is_never_opened_to_more_people",
            "nn/test_files.py::test_not_for_a_moment_either",
        ),
        "Checkpoints that describe more than they hold": (
            "nn/training/test_checkpoint.py::"
            "test_a_file_that_describes_more_than_it_holds_is_refused_before_memory_is_taken",
        ),
        "Code that lies beside the data": (
            "test_security.py::test_the_command_runs_nothing_that_lies_beside_the_data",
        ),
        "The cache of machine code": (
            PROGRAM + "test_cache_folder.py::test_what_others_could_write_is_thrown_away",
            PROGRAM + "test_cache_folder.py::test_a_relative_cache_home_is_ignored",
            PROGRAM + "test_native.py::test_machine_code_that_was_damaged_is_made_again",
        ),
        "Trainings that end early: a failing program beside, SIGTERM, SIGKILL, what is left behind": (
            "nn/app/test_cli.py::test_a_picture_that_fails_costs_the_picture_alone",
            "nn/app/test_cli.py::test_a_run_that_was_broken_off_goes_on_to_the_same_end",
            "nn/training/test_resume.py::test_killed_and_resumed_it_ends_with_the_same_bits",
            "nn/test_files.py::test_what_killed_processes_left_is_removed_and_nothing_else",
        ),
    },
}


def rows() -> str:
    """The items as a table, one row each."""
    return "\n".join(
        f"| {item} | {'; '.join(f'`{test}`' for test in tests)} |"
        for part in ITEMS.values()
        for item, tests in part.items()
    )
